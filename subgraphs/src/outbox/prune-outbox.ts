/** Removes events that were published long ago. Until then they can be published again, and their records be read. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable } from '@rocket/platform';
import { pruneOutbox } from './outbox-sql.ts';
import { forgetEndedWriters } from './writers/writers-sql.ts';

const KEEP_HOURS = 24;
/** Few enough that nobody waits for their locks or for the log. */
const PRUNED_AT_ONCE = 500;
const PAUSE_MS = 50;

/** @returns the number of events removed. Stops early, without a fault, when `signal` aborts. */
export async function prunePublished(database: Queryable, signal: AbortSignal): Promise<number> {
  await database.query(forgetEndedWriters(KEEP_HOURS));
  let removed = 0;
  // The rows that were removed stay in the index until they are vacuumed, and are not looked at again.
  let after = '0';
  while (!signal.aborted) {
    const rows = await database.query(pruneOutbox({ keepHours: KEEP_HOURS, after, limit: PRUNED_AT_ONCE }));
    removed += rows.length;
    if (rows.length < PRUNED_AT_ONCE) return removed;
    after = rows
      .map(([id]) => BigInt(String(id)))
      .reduce((a, b) => (a > b ? a : b))
      .toString();
    await sleep(PAUSE_MS, undefined, { ref: false });
  }
  return removed;
}
