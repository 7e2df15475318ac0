import type { Statement } from '../../postgres/queryable.ts';

/** Channel of NOTIFY; the payload is the version. */
export const CATALOG_CHANNEL = 'rocket_catalog';

/**
 * The last statement of every change of the snapshot. The row stays locked until the commit, so versions become visible
 * in order, and the same commit notifies listeners. NOTIFY slows frequent commits; the catalog has few.
 */
export function bumpVersion(): Statement {
  return {
    text: `WITH bumped AS (UPDATE installation SET version = version + 1 RETURNING version)
           SELECT pg_notify($1, version::text) FROM bumped`,
    values: [CATALOG_CHANNEL],
  };
}

export function selectVersion(): Statement {
  return { text: 'SELECT version FROM installation', values: [] };
}

export function selectSecrets(): Statement {
  return { text: 'SELECT internal_key, platform_token_secret FROM installation', values: [] };
}
