import { databaseExists, isConnectionError } from '@rocket/platform';
import { closeSlot } from '../channel/channel.ts';
import { MoveGivenUp } from '../held-move.ts';
import { discardTarget } from './discard-target.ts';
import { forwardChannel, type MoveParts, reverseChannel } from './move-step.ts';

/**
 * Removes everything that a move has made. The app is served where it was, and takes writes.
 * @returns what could not be removed, for people; null when nothing is left
 */
export async function undo(parts: MoveParts): Promise<string | null> {
  const { move, sides } = parts;
  const { source, target } = sides;
  if (move.record.backOf !== null) {
    // The former move stays as it was: its source goes on following.
    await closeSlot(reverseChannel(parts).name, target.database);
    return null;
  }
  // What is left here would keep the log of the source from being removed, so it has to succeed.
  if (await databaseExists(source.serverUrl, source.databaseName))
    await closeSlot(forwardChannel(parts).name, source.database);
  try {
    await discardTarget(parts);
    return null;
  } catch (error) {
    // A database that is not of this move was never touched.
    if (error instanceof MoveGivenUp) return null;
    if (!isConnectionError(error)) throw error;
    return `database ${target.databaseName} may be left on shard ${target.shard}, which did not answer: drop it there`;
  }
}
