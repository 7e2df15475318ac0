import type { MoveRecord } from '@rocket/platform';
import {
  type AppName,
  type Placement,
  RocketError,
  type ShardName,
  type ShardRecord,
  shardName,
} from '@rocket/schema';
import { settleImports } from '../apps/settle-imports.ts';
import { type AdminParts, publish } from '../parts.ts';
import { measureShards, type ShardMeasures } from './measure-shards.ts';
import { movablePlacement, recordMove, requireReady } from './request-move.ts';
import { openMoves } from './require-unmoved.ts';
import { Room } from './target-room.ts';

const MOST_PARALLEL = 16;

export interface DrainArguments {
  readonly name: string;
  readonly parallel: number;
}

export interface Drained {
  readonly shard: ShardName;
  /** Of all apps that are still on it. */
  readonly moves: readonly MoveRecord[];
  readonly refused: readonly { readonly app: AppName; readonly reason: string }[];
}

/**
 * Has all apps of a shard moved away, each to the shard that holds least. To be called while no import runs.
 * @throws RocketError `BAD_REQUEST`, `NOT_FOUND`, `CONFLICT` when no other shard takes apps, `SHARD_UNAVAILABLE` when none
 *   that does can be used; the shard takes apps as before then
 */
export async function drainShard(
  { name, parallel }: DrainArguments,
  requestedBy: string,
  parts: AdminParts,
): Promise<Drained> {
  if (!Number.isInteger(parallel) || parallel < 1 || parallel > MOST_PARALLEL) {
    throw new RocketError('BAD_REQUEST', `\`parallel\` must be between 1 and ${MOST_PARALLEL}`);
  }
  const shard = shardName(name);
  await settleImports(parts);
  const { shardMap } = await parts.view.refresh();
  if (!shardMap.shards.has(shard)) throw new RocketError('NOT_FOUND', `There is no shard ${shard}`);
  const targets = await readyTargets(shard, parts);
  const sizes = await measureShards([...shardMap.shards.values()], { transactions: false }, parts);
  await parts.catalog.setShardState(shard, 'draining');
  const placed = [...shardMap.placements.values()].filter((placement) => placement.shard === shard);
  const moving = await openMoves(parts);
  const sizeOf = (app: AppName): number => sizeIn(sizes, app);
  const room = new Room(targets, { sizes, moving });
  const moves = moving.filter((move) => placed.some(({ app }) => app === move.app));
  const left = placed.filter(({ app }) => !moving.some((move) => move.app === app));
  const refused: { app: AppName; reason: string }[] = [];
  for (const { app } of left.toSorted(largestFirst(sizeOf))) {
    const target = { shard: room.least() };
    try {
      const placement = await movablePlacement(app, parts);
      moves.push(await recordMove({ placement, target, parallel, requestedBy }, parts));
      room.fill(target.shard, sizeOf(app));
    } catch (error) {
      if (!(error instanceof RocketError)) throw error;
      refused.push({ app, reason: error.message });
    }
  }
  await publish(parts);
  return { shard, moves, refused };
}

/** The largest go first, because the small ones can then even out what they leave uneven. */
function largestFirst(sizeOf: (app: AppName) => number) {
  return (a: Placement, b: Placement): number => sizeOf(b.app) - sizeOf(a.app) || (a.app < b.app ? -1 : 1);
}

/** Never empty. @throws RocketError `CONFLICT`, `SHARD_UNAVAILABLE` */
async function readyTargets(drained: ShardName, parts: AdminParts): Promise<readonly ShardRecord[]> {
  const others = [...parts.view.current.shardMap.shards.values()].filter(
    ({ name, state }) => name !== drained && state === 'active',
  );
  if (others.length === 0) {
    throw new RocketError('CONFLICT', `There is no other shard that takes the apps of shard ${drained}`, {
      details: { hint: 'add a shard first; `rocket shard drain NAME --cancel` lets one take apps again' },
    });
  }
  const checked = await Promise.allSettled(others.map((shard) => requireReady(shard, parts)));
  const ready = others.filter((_, at) => checked[at]?.status === 'fulfilled');
  const failed = checked.find((each) => each.status === 'rejected');
  if (ready.length === 0) throw failed?.reason;
  return ready;
}

function sizeIn(sizes: ReadonlyMap<ShardName, ShardMeasures>, app: AppName): number {
  for (const measures of sizes.values()) {
    const measured = measures.get(app);
    if (measured !== undefined) return measured.bytes;
  }
  return 0;
}
