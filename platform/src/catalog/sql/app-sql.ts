import type { AppName, Revision, ShardName } from '@rocket/schema';
import type { Statement } from '../../postgres/queryable.ts';

export function insertApp(app: AppName, tokenSecret: string): Statement {
  return { text: 'INSERT INTO app (name, token_secret) VALUES ($1, $2)', values: [app, tokenSecret] };
}

/** Above the epochs of a removed app of the name: nobody may take what was of that for this one's. */
export function insertPlacement(app: AppName, shard: ShardName, database: string): Statement {
  return {
    text: `INSERT INTO placement (app, shard, epoch, state, database)
           SELECT $1, $2, coalesce(max(epoch), 0) + 1, 'active', $3 FROM removed_app WHERE name = $1
           RETURNING epoch`,
    values: [app, shard, database],
  };
}

/** To be called before the app is deleted. */
export function rememberEpoch(app: AppName): Statement {
  return {
    text: `INSERT INTO removed_app (name, epoch) SELECT app, epoch FROM placement WHERE app = $1
           ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch`,
    values: [app],
  };
}

/** Placement and revisions go with it. */
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
