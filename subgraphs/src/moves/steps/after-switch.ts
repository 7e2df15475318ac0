/** What follows the switch: the former database follows the app, for as long as it is kept, and then is dropped. */
import { databaseExists, dropDatabase, within } from '@rocket/platform';
import { endedWriters, selectEndedWriters } from '../barrier/fence-sql.ts';
import { closeSlot, subscribe, unsubscribe } from '../channel/channel.ts';
import { selectSlot, slotStatus } from '../channel/channel-sql.ts';
import { forwardChannel, type MoveParts, reverseChannel, termOf } from './move-step.ts';

const SAY_MS = 5_000;

/**
 * The move can be taken back from here on, without copying anything.
 * @returns false where it cannot: the target is another server since, and nobody knows what the former database lacks
 */
export async function turnAround(parts: MoveParts): Promise<boolean> {
  const { source, target } = parts.sides;
  const { since } = parts.move.record;
  const forward = forwardChannel(parts);
  const reverse = reverseChannel(parts);
  // First, as what comes back to the source would go round to the target again.
  await unsubscribe(forward.name, target.database, termOf(parts));
  await closeSlot(forward.name, source.database);
  const slot = slotStatus(await target.database.query(selectSlot(reverse.name)));
  if (slot?.isUsable !== true || since === null) {
    await closeSlot(reverse.name, target.database);
    return false;
  }
  await subscribe(reverse, termOf(parts), since);
  return true;
}

/** Whoever follows the app's events takes writers for open until somebody says that they have ended. */
export async function sayWritersClosed(parts: MoveParts): Promise<void> {
  const writers = endedWriters(await parts.sides.target.database.query(selectEndedWriters()));
  await within(SAY_MS, Promise.all(writers.map(parts.sayClosed)), () => undefined);
}

/** The move cannot be taken back any more. */
export async function dropSource(parts: MoveParts): Promise<void> {
  const { source, target } = parts.sides;
  const reverse = reverseChannel(parts);
  // First, as the server of the source may be gone for good, and the log be kept for it.
  if (await databaseExists(target.serverUrl, target.databaseName))
    await closeSlot(reverse.name, target.database);
  if (!(await databaseExists(source.serverUrl, source.databaseName))) return;
  await unsubscribe(reverse.name, source.database, termOf(parts));
  await parts.move.require();
  await dropDatabase(source.serverUrl, source.databaseName);
}
