import type { AppDocument, AppName, GraphMember, Revision } from '@rocket/schema';
import type { Statement } from '../../postgres/queryable.ts';

export function insertRevision(input: {
  app: AppName;
  document: AppDocument;
  contentHash: string;
  createdBy: string;
}): Statement {
  return {
    text: `INSERT INTO app_revision (app, state, document, content_hash, created_by)
           VALUES ($1, 'pending', $2::json, $3, $4) RETURNING revision`,
    values: [input.app, JSON.stringify(input.document), input.contentHash, input.createdBy],
  };
}

export function selectRevisionState(app: AppName, revision: Revision): Statement {
  return {
    text: 'SELECT state FROM app_revision WHERE app = $1 AND revision = $2',
    values: [app, revision],
  };
}

export function retireActiveRevision(app: AppName): Statement {
  return {
    text: `UPDATE app_revision SET state = 'retired' WHERE app = $1 AND state = 'active'`,
    values: [app],
  };
}

/** The app is locked by the caller, so the next number is free. One that was active before keeps its own. */
export function markRevisionActive(app: AppName, revision: Revision): Statement {
  return {
    text: `UPDATE app_revision SET state = 'active',
             number = coalesce(number, (SELECT coalesce(max(number), 0) + 1 FROM app_revision WHERE app = $1))
           WHERE app = $1 AND revision = $2`,
    values: [app, revision],
  };
}

export function markRevisionFailed(app: AppName, revision: Revision, reason: string): Statement {
  return {
    text: `UPDATE app_revision SET state = 'failed', failure = $3
           WHERE app = $1 AND revision = $2 AND state IN ('pending', 'failed') RETURNING revision`,
    values: [app, revision, reason],
  };
}

const SUMMARY_COLUMNS = `
  revision, (SELECT id FROM app WHERE name = app), number, state, content_hash, created_at, created_by`;

export function selectRevision(app: AppName, revision: Revision): Statement {
  return {
    text: `SELECT ${SUMMARY_COLUMNS}, document FROM app_revision WHERE app = $1 AND revision = $2`,
    values: [app, revision],
  };
}

export function selectDocumentNames(members: readonly GraphMember[]): Statement {
  return {
    text: `SELECT stored.app, stored.revision, app.id, stored.content_hash
           FROM unnest($1::text[], $2::integer[]) AS member (app, revision)
           JOIN app_revision stored USING (app, revision) JOIN app ON app.name = stored.app`,
    values: [members.map(({ app }) => app), members.map(({ revision }) => revision)],
  };
}

export function selectPendingRevisions(): Statement {
  return {
    text: `SELECT app, revision FROM app_revision WHERE state = 'pending' ORDER BY revision`,
    values: [],
  };
}

/** Newest first. */
export function selectRevisions(app: AppName): Statement {
  return {
    text: `SELECT ${SUMMARY_COLUMNS} FROM app_revision WHERE app = $1 ORDER BY revision DESC`,
    values: [app],
  };
}
