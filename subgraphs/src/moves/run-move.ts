/** All steps of a move, in their order. It begins at whichever was recorded last, by this mover or by one that is gone. */
import type { MoveRecord } from '@rocket/platform';
import { isMoveDecided, isMoveOver, type MovePhase } from '@rocket/schema';
import { MoveGivenUp } from './held-move.ts';
import { dropSource, sayWritersClosed, turnAround } from './steps/after-switch.ts';
import { buildIndexes } from './steps/build-indexes.ts';
import { compareCopy } from './steps/compare-copy.ts';
import { awaitCopy } from './steps/copy.ts';
import { cutOver, goBack, open } from './steps/cut-over.ts';
import { follow } from './steps/follow.ts';
import type { MoveParts } from './steps/move-step.ts';
import { prepare } from './steps/prepare.ts';
import { undo } from './steps/undo.ts';

/**
 * Resolves when there is nothing left to do for now: the app is moved, or the move was given up, or the former database is
 * dropped.
 * @throws MoverReplaced, MoverStops; what a database or the catalog failed with, after which it can be run again
 */
export async function runMove(parts: MoveParts): Promise<void> {
  try {
    for (;;) {
      const next = await step(parts);
      if (next === null) return;
      if (next !== parts.move.record.phase) await parts.move.advance({ phase: next });
    }
  } catch (error) {
    if (!(error instanceof MoveGivenUp) || isMoveDecided(parts.move.record.phase)) throw error;
    await giveUp(parts, error);
  }
}

/** Does what the present phase is for. @returns the next one; null where the move is over */
async function step(parts: MoveParts): Promise<MovePhase | null> {
  const { move } = parts;
  move.check();
  if (await parts.isAppGone()) return await stepWithoutApp(parts);
  switch (move.record.phase) {
    case 'waiting':
      return move.record.backOf === null ? 'preparing' : 'comparing';
    case 'preparing':
      await prepare(parts);
      return 'copying';
    case 'copying':
      await awaitCopy(parts);
      return 'indexing';
    case 'indexing':
      await buildIndexes(parts);
      return 'comparing';
    case 'comparing':
      await compareCopy(parts);
      return 'following';
    case 'following':
      await follow(parts);
      await cutOver(parts);
      return 'switched';
    case 'holding':
    case 'fenced':
      // Whoever began the switch is gone. Writes have waited long enough.
      await goBack(parts, 'The mover was lost in the middle of the switch');
      return 'following';
    case 'switched':
      return await afterSwitch(parts);
    case 'kept':
      await dropSource(parts);
      return 'done';
    case 'undoing':
      await giveUp(parts, lastReason(move.record));
      return null;
    case 'done':
    case 'returned':
    case 'aborted':
    case 'failed':
      return null;
    default:
      return move.record.phase satisfies never;
  }
}

/** Only what is left has to go. */
async function stepWithoutApp(parts: MoveParts): Promise<MovePhase | null> {
  const { phase } = parts.move.record;
  if (isMoveOver(phase) && phase !== 'kept') return null;
  if (!isMoveDecided(phase)) {
    await giveUp(parts, new MoveGivenUp('aborted', 'The app was removed'));
    return null;
  }
  await dropSource(parts);
  return 'done';
}

async function afterSwitch(parts: MoveParts): Promise<null> {
  const { move, settings } = parts;
  await open(parts);
  await sayWritersClosed(parts);
  const canReturn = await turnAround(parts);
  const note = canReturn ? null : 'the former database does not follow: there is no way back';
  await move.advance({ phase: 'kept', keepSeconds: settings.keepSeconds, canReturn, note });
  return null;
}

async function giveUp(parts: MoveParts, { phase, message }: MoveGivenUp): Promise<void> {
  const { move } = parts;
  await move.advance({ phase: 'undoing', note: message, problem: message });
  const left = await undo(parts);
  await move.advance({ phase, note: left, problem: message });
}

/** Of a move that somebody else began to undo. */
function lastReason({ abortReason, problem }: MoveRecord): MoveGivenUp {
  if (abortReason !== null) return new MoveGivenUp('aborted', abortReason);
  return new MoveGivenUp('failed', problem ?? 'The move was given up');
}
