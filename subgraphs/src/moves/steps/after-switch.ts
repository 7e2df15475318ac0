/** What follows the switch: the former database follows the app, for as long as it is kept, and then is dropped. */
import { databaseExists, dropDatabase } from '@rocket/platform';
import { closeSlot, openSlot, subscribe, unsubscribe } from '../channel/channel.ts';
import { forwardChannel, type MoveParts, reverseChannel, termOf } from './move-step.ts';

/** The move can be taken back from here on, without copying anything. */
export async function turnAround(parts: MoveParts): Promise<void> {
  const { source, target } = parts.sides;
  const forward = forwardChannel(parts);
  // First, as what comes back to the source would go round to the target again.
  await unsubscribe(forward.name, target.database, termOf(parts));
  await closeSlot(forward.name, source.database);
  await openSlot(reverseChannel(parts), termOf(parts));
  await subscribe(reverseChannel(parts), termOf(parts), false);
}

/** The move cannot be taken back any more. */
export async function dropSource(parts: MoveParts): Promise<void> {
  const { source, target } = parts.sides;
  const reverse = reverseChannel(parts);
  if (await databaseExists(source.serverUrl, source.databaseName)) {
    await unsubscribe(reverse.name, source.database, termOf(parts));
    await dropDatabase(source.serverUrl, source.databaseName);
  }
  if (await databaseExists(target.serverUrl, target.databaseName))
    await closeSlot(reverse.name, target.database);
}
