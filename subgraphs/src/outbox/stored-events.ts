/** Reads events as they were stored, for who follows the stream and has met one that is too large for it. */
import type { Queryable } from '@rocket/platform';
import type { StoredEvent } from '@rocket/schema';
import { selectStored, storedEvent } from './outbox-sql.ts';

/** Who waits for them has others to serve. */
const READ_MS = 10_000;

/**
 * In order of their ids. One that is not there was removed a day after it was published, or never stored.
 * @param ids decimals of 64 bits
 */
export async function readStored(
  database: Pick<Queryable, 'query'>,
  ids: readonly string[],
): Promise<readonly StoredEvent[]> {
  if (ids.length === 0) return [];
  const limits = { deadlineAtMs: Date.now() + READ_MS };
  return (await database.query(selectStored(ids), limits)).map(storedEvent);
}
