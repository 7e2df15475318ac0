/** Ends a writer from outside, and publishes what it left: its process is dead, or does not know what it has committed. */
import type { Transaction } from '@rocket/platform';
import { withDeadline } from '../../databases/with-deadline.ts';
import type { AppStream } from '../app-stream.ts';
import { limitLock, lockOutbox } from '../outbox-sql.ts';
import { sweepOutbox } from '../relay/sweep-outbox.ts';
import { type EnteredWriter, endWriter } from './writers-sql.ts';

/** Later writers wait behind the lock, so this is the longest that they may be held up. */
const LOCK_WAIT_MS = 2_000;
/** So is this, between two statements of who has it. */
const LOCK_HELD_MS = 2_000;
/** Of the whole transaction. */
const END_MS = 10_000;

export interface SettleInput extends AppStream {
  readonly writer: EnteredWriter;
}

/**
 * When this resolves, nothing can be committed under the writer any more, and all that was is on the stream. What is left
 * to do is to say so. Several may do it at once.
 * @throws what the bus or the database failed with; then it has to be done again
 */
export async function settleWriter({ app, bus, writer, ...of }: SettleInput): Promise<void> {
  const database = withDeadline(of.database);
  await database.primary.transaction((tx) => end(tx, writer), { deadlineAtMs: Date.now() + END_MS });
  await sweepOutbox({ app, database, bus, of: { writer: writer.id, upTo: null } });
}

async function end(tx: Transaction, writer: EnteredWriter): Promise<void> {
  await tx.query(limitLock({ waitMs: LOCK_WAIT_MS, heldMs: LOCK_HELD_MS }));
  await tx.query(lockOutbox());
  await tx.commitWith(endWriter(writer));
}
