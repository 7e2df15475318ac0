import type { AppName, Revision } from '@rocket/schema';
import type { Statement } from '../../postgres/queryable.ts';

export function insertApp(app: AppName, tokenSecret: string): Statement {
  return { text: 'INSERT INTO app (name, token_secret) VALUES ($1, $2)', values: [app, tokenSecret] };
}

/** Deletes its placement and revisions too. */
export function deleteApp(app: AppName): Statement {
  return { text: 'DELETE FROM app WHERE name = $1 RETURNING name', values: [app] };
}

export function removeAppFromGraphs(app: AppName): Statement {
  return { text: 'UPDATE graph SET apps = array_remove(apps, $1) WHERE $1 = ANY (apps)', values: [app] };
}

/** Locks the app: its revisions are numbered and activated one at a time. */
export function lockApp(app: AppName): Statement {
  return { text: 'SELECT active_revision FROM app WHERE name = $1 FOR UPDATE', values: [app] };
}

export function setActiveRevision(app: AppName, revision: Revision, refersTo: readonly AppName[]): Statement {
  return {
    text: 'UPDATE app SET active_revision = $2, refers_to = $3 WHERE name = $1',
    values: [app, revision, refersTo],
  };
}
