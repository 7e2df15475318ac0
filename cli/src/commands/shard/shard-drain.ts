import { RocketError, type ShardName, shardName } from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import { connectAdmin } from '../../admin/connect.ts';
import {
  DrainShardDocument,
  type DrainShardMutation,
  ListPlacedAppsDocument,
  UndrainShardDocument,
} from '../../admin/generated/operations.ts';
import { type CommandLine, NotAsWanted, print, printResult } from '../../command-line.ts';
import { confirm } from '../../output/confirm.ts';
import { formatDrained, formatRefused } from '../../output/moves/drain-text.ts';
import { isGivenUp } from '../../output/moves/move-text.ts';
import { followMoves } from '../moves/follow-moves.ts';

export interface DrainOptions {
  readonly name: string;
  readonly parallel?: number;
  /** False to end once the moves are recorded. */
  readonly wait?: boolean;
  readonly cancel?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** @throws RocketError `NOT_FOUND`; NotAsWanted when not all apps were moved */
export async function drainShard(line: CommandLine, options: DrainOptions): Promise<void> {
  const name = shardName(options.name);
  const client = await connectAdmin(line);
  if (options.cancel === true) return await undrain(line, { client, name, json: options.json });
  await confirm(line, await question(client, name), options.yes);
  const { drainShard: drain } = await client.send(DrainShardDocument, {
    ...{ name, parallel: options.parallel ?? 1 },
  });
  tellRefused(line, drain, options.json === true);
  await followDrain(line, drain, options);
}

async function followDrain(
  line: CommandLine,
  { shard: { name }, moves, refused }: DrainShardMutation['drainShard'],
  options: DrainOptions,
): Promise<void> {
  const json = options.json === true;
  if (options.wait === false) {
    if (json) for (const move of moves) line.stdout.write(`${JSON.stringify(move)}\n`);
    else print(line, recordedText(name, moves.length));
    if (refused.length > 0) throw new NotAsWanted();
    return;
  }
  const ended = moves.length === 0 ? [] : await followMoves(line, moves, { json, several: true });
  if (!json) print(line, formatDrained(name, ended, refused));
  if (refused.length > 0 || ended.some(isGivenUp)) throw new NotAsWanted();
}

function recordedText(name: string, moves: number): string {
  const recorded = `${moves === 1 ? '1 move is' : `${moves} moves are`} recorded`;
  const how = moves === 0 ? '' : '; `rocket app moves --follow` shows how they go on';
  return `${name} takes no new apps any more; ${recorded}${how}.`;
}

/** @throws RocketError `NOT_FOUND` */
async function question(client: AdminClient, name: ShardName): Promise<string> {
  const { shards } = await client.send(ListPlacedAppsDocument, {});
  const shard = shards.find((each) => each.name === name);
  if (shard === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${name}`);
  const taken = `Shard ${name} takes no new apps from now on`;
  const { apps } = shard;
  if (apps.length === 0) return `${taken}; it holds none.`;
  const those =
    apps.length === 1 ? `its app ${apps[0]} is` : `its ${apps.length} apps ${apps.join(', ')} are`;
  return `${taken}, and ${those} moved to other shards while in use. How much data that is will be known when the moves begin.`;
}

function tellRefused(line: CommandLine, { refused }: DrainShardMutation['drainShard'], json: boolean): void {
  for (const each of refused) {
    if (!json) print(line, formatRefused(each));
    else line.stdout.write(`${JSON.stringify({ app: each.app, phase: 'refused', problem: each.reason })}\n`);
  }
}

async function undrain(
  line: CommandLine,
  { client, name, json }: { client: AdminClient; name: ShardName; json: boolean | undefined },
): Promise<void> {
  await client.send(UndrainShardDocument, { name });
  const goOn =
    'Moves that are in progress go on: `rocket app moves --open` lists them, `rocket app move NAME --abort` has one undone.';
  printResult(line, { json, value: { name, draining: false }, text: `${name} takes apps again. ${goOn}` });
}
