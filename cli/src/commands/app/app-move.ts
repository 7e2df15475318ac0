import { type AppName, appName, shardName } from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import { connectAdmin } from '../../admin/connect.ts';
import { AbortMoveDocument, MoveAppDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, NotAsWanted, print, WrongUsage } from '../../command-line.ts';
import { isGivenUp, type Move } from '../../output/moves/move-text.ts';
import { followMoves } from '../moves/follow-moves.ts';

export interface MoveAppOptions {
  readonly name: string;
  readonly to?: string;
  readonly back?: boolean;
  readonly abort?: boolean;
  /** False to end once it is recorded. */
  readonly wait?: boolean;
  readonly json?: boolean;
}

/** @throws RocketError when it cannot begin; NotAsWanted when it did not end as it was meant to */
export async function moveApp(line: CommandLine, options: MoveAppOptions): Promise<void> {
  const name = appName(options.name);
  const request = requestOf(name, options);
  const move = await request(await connectAdmin(line));
  const json = options.json === true;
  if (options.wait === false) {
    if (json) line.stdout.write(`${JSON.stringify(move)}\n`);
    else print(line, recordedText(move, options.abort === true));
    return;
  }
  const [ended] = await followMoves(line, [move], { json, several: false });
  const isWanted = ended !== undefined && isGivenUp(ended) === (options.abort === true);
  if (!isWanted) throw new NotAsWanted();
}

/** @throws WrongUsage */
function requestOf(name: AppName, options: MoveAppOptions): (client: AdminClient) => Promise<Move> {
  const ways = [options.to !== undefined, options.back === true, options.abort === true];
  if (ways.filter(Boolean).length !== 1) {
    throw new WrongUsage('One of --to SHARD, --back and --abort is needed, and only one');
  }
  if (options.abort === true) {
    return async (client) => (await client.send(AbortMoveDocument, { app: name })).abortMove;
  }
  const to = options.to === undefined ? null : shardName(options.to);
  return async (client) => (await client.send(MoveAppDocument, { name, to, back: to === null })).moveApp;
}

function recordedText({ app, from, to }: Move, isAbort: boolean): string {
  const what = isAbort
    ? `The move of ${app} to ${to} is undone`
    : `The move of ${app} from ${from} to ${to} is recorded`;
  return `${what}; \`rocket app moves ${app} --follow\` shows how it goes on.`;
}
