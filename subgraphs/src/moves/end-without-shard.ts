/** The end of a move one of whose shards is not in the catalog any more: it was lost, and was removed by force. */
import { databaseExists, dropDatabase } from '@rocket/platform';
import { isMoveDecided, RocketError } from '@rocket/schema';
import { closeSlot, unsubscribe } from './channel/channel.ts';
import type { HeldMove } from './held-move.ts';
import { closeSide, type MoveSide, openSide, type SideParts } from './move-sides.ts';
import { isOfMoves } from './steps/discard-target.ts';
import { forwardName, reverseName } from './steps/move-step.ts';

export function isShardGone(error: unknown): boolean {
  return error instanceof RocketError && error.code === 'NOT_FOUND';
}

export type EndParts = SideParts & {
  /** Whether the catalog of this installation has such a move, of the same app. */
  readonly isMoveOfApp: (move: string) => Promise<boolean>;
};

/**
 * Removes what the move has made where it can, so that no log is kept for anybody who is gone. A former database stays: it
 * may be the only one that is left.
 */
export async function endWithoutShard(move: HeldMove, parts: EndParts): Promise<void> {
  const { source, target, phase } = move.record;
  const isDecided = isMoveDecided(phase);
  const channel = isDecided ? reverseName(move.record) : forwardName(move.record);
  // Of the app it is the former database, or the one that was not finished.
  const [present, spare] = isDecided ? [target, source] : [source, target];
  await atPlace(present, parts, (side) => closeSlot(channel, side.database));
  const wasWhole = isDecided || move.record.backOf !== null;
  const isLeft = await atPlace(spare, parts, async (side) => {
    const term = { move: move.record.id, term: move.lease.term };
    await unsubscribe(channel, side.database, term);
    if (wasWhole || !(await isOfMoves(side.database, parts.isMoveOfApp))) return;
    await move.require();
    await dropDatabase(side.serverUrl, side.databaseName);
  });
  const left = isLeft && wasWhole ? `; database ${spare.database} is left on shard ${spare.shard}` : '';
  const problem = `Shard ${source.shard} or ${target.shard} was removed${left}`;
  await move.advance(
    isDecided ? { phase: 'done', note: problem } : { phase: 'failed', note: problem, problem },
  );
}

/** @returns false where the shard or the database is gone, and nothing was done */
async function atPlace(
  place: Parameters<typeof openSide>[0],
  parts: SideParts,
  work: (side: MoveSide) => Promise<void>,
): Promise<boolean> {
  let side: MoveSide;
  try {
    side = await openSide(place, parts);
  } catch (error) {
    if (isShardGone(error)) return false;
    throw error;
  }
  try {
    if (!(await databaseExists(side.serverUrl, side.databaseName))) return false;
    await work(side);
    return true;
  } finally {
    await closeSide(side);
  }
}
