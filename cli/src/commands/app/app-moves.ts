import { appName } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { ListMoveStepsDocument, ListMovesDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, NotAsWanted, print, printResult, WrongUsage } from '../../command-line.ts';
import { formatMoves, formatSteps } from '../../output/moves/move-table.ts';
import { isGivenUp } from '../../output/moves/move-text.ts';
import { followMoves } from '../moves/follow-moves.ts';
import { OPEN_MOVES } from '../moves/move-source.ts';

export interface MovesOptions {
  readonly name?: string;
  readonly open?: boolean;
  readonly steps?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** Of those that are over, the last ones. */
const SHOWN_MOVES = 100;

/** @throws NotAsWanted when a move that was followed has failed or was aborted */
export async function showMoves(line: CommandLine, options: MovesOptions): Promise<void> {
  if (options.steps === true) return await showSteps(line, options);
  const app = options.name === undefined ? null : appName(options.name);
  const open = options.open === true || options.follow === true;
  const client = await connectAdmin(line);
  const { moves } = await client.send(ListMovesDocument, {
    app,
    open,
    limit: open ? OPEN_MOVES : SHOWN_MOVES,
  });
  const whenEmpty = `No moves${app === null ? '' : ` of ${app}`}${open ? ' are in progress' : ' yet'}.`;
  const json = options.json === true;
  if (options.follow !== true) {
    printResult(line, { json, value: moves, text: formatMoves(moves, whenEmpty) });
    return;
  }
  if (moves.length === 0) {
    // A program is told of changes, and there is none.
    if (!json) print(line, whenEmpty);
    return;
  }
  const ended = await followMoves(line, moves, { json, several: moves.length > 1 });
  if (ended.some(isGivenUp)) throw new NotAsWanted();
}

async function showSteps(line: CommandLine, { name, open, follow, json }: MovesOptions): Promise<void> {
  if (name === undefined) throw new WrongUsage('--steps needs the name of an app');
  if (open === true || follow === true) throw new WrongUsage('--steps goes with neither --open nor --follow');
  const app = appName(name);
  const client = await connectAdmin(line);
  const [last] = (await client.send(ListMoveStepsDocument, { app })).moves;
  const text = last === undefined ? `No moves of ${app} yet.` : formatSteps(last);
  printResult(line, { json, value: last === undefined ? [] : [last], text });
}
