/** Decides what became of an activation whose answer was lost: once, and the same for everybody who asks. */
import type { Database, Queryable } from '@rocket/platform';
import type { Revision, Settlement } from '@rocket/schema';
import { lockActivation } from './activation-lock.ts';
import { readRevision, selectMeta, upsertMeta } from './meta.ts';

/**
 * `active` when the database is at the revision. If it is not, that activation will never bring it there: one in
 * progress is waited for, and one that begins later is refused.
 */
export async function settleActivation(database: Database, revision: Revision): Promise<Settlement> {
  return await database.transaction(async (tx) => {
    await tx.query(lockActivation());
    if ((await readRevision(tx)) === revision) return 'active';
    await tx.query(upsertMeta(abandonedKey(revision), true));
    return 'abandoned';
  });
}

export async function isAbandoned(database: Queryable, revision: Revision): Promise<boolean> {
  return (await database.query(selectMeta(abandonedKey(revision)))).length > 0;
}

function abandonedKey(revision: Revision): string {
  return `abandoned:${revision}`;
}
