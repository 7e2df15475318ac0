import { type CommandLine, NotAsWanted } from '../../command-line.ts';
import type { Move } from '../../output/moves/move-text.ts';
import { createMoveView } from '../../output/moves/move-views.ts';
import { untilStopped } from '../../process/listen-for-stop.ts';
import { Following } from './following.ts';
import { createMoveSource } from './move-source.ts';
import { systemClock } from './moves-clock.ts';

export interface FollowOptions {
  readonly json: boolean;
  /** Set to show a total, too. */
  readonly several: boolean;
}

/**
 * Shows the progress of moves until all are over, and what came of each. @returns the moves as they ended. @throws
 * NotAsWanted when it is interrupted, which only stops the following
 */
export async function followMoves(
  line: CommandLine,
  moves: readonly Move[],
  { json, several }: FollowOptions,
): Promise<readonly Move[]> {
  const view = createMoveView(line, { json, several, nowMs: systemClock.nowMs });
  const source = createMoveSource(line);
  const ended: Move[] = [];
  let isStopped = true;
  await untilStopped(line, async (stopping) => {
    ended.push(...(await new Following({ moves, source, view, clock: systemClock, stopping }).run()));
    isStopped = false;
  });
  if (!isStopped) return ended;
  view.remark(stoppedText(moves));
  throw new NotAsWanted();
}

export function stoppedText(moves: readonly Move[]): string {
  const [first] = moves;
  return first !== undefined && moves.length === 1
    ? `It is not followed any more; the move goes on. \`rocket app moves ${first.app} --follow\` shows it again, \`rocket app move ${first.app} --abort\` has it undone.`
    : 'They are not followed any more; the moves go on. `rocket app moves --follow` shows them again, `rocket app move NAME --abort` has one undone.';
}
