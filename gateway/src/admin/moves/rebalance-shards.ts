/** Plans which apps to move so that the shards even out, and has them moved. */
import type { MoveRecord } from '@rocket/platform';
import {
  type AppLoad,
  type MeasuredShard,
  planRebalance,
  RocketError,
  type ShardRecord,
} from '@rocket/schema';
import type { AdminParts } from '../parts.ts';
import { measureShards, type ShardMeasures } from './measure-shards.ts';
import { moveApp } from './request-move.ts';
import { openMoves } from './require-unmoved.ts';

/** Measures the shards and says what to move. It changes nothing. */
export async function rebalancePlan(parts: AdminParts) {
  const { shardMap } = await parts.view.refresh();
  const shards = [...shardMap.shards.values()];
  const measuring = measureShards(shards, { transactions: true }, parts);
  const health = await Promise.all(shards.map((shard) => parts.services.isHealthy(shard)));
  const measures = await measuring;
  const moving = await openMoves(parts);
  const loads = loadsOf(shards, { measures, moving, parts });
  const measured = shards.map(
    ({ name, state }, at): MeasuredShard => ({
      name,
      isCounted: state === 'active' && health[at] === true && measures.has(name),
      apps: loads.get(name) ?? [],
    }),
  );
  const { moves, after } = planRebalance(measured);
  return {
    moves,
    shards: measured.map((shard, at) => {
      const [now, then] = [totals(shard.apps), totals(after[at]?.apps ?? shard.apps)];
      return {
        ...{ name: shard.name, isCounted: shard.isCounted, apps: shard.apps.length, ...now },
        ...{ bytesAfter: then.bytes, transactionsPerSecondAfter: then.transactionsPerSecond },
      };
    }),
  };
}

/** The apps of each shard; one that is being moved counts where it is going, and stays there. */
function loadsOf(
  shards: readonly ShardRecord[],
  given: {
    readonly measures: ReadonlyMap<string, ShardMeasures>;
    readonly moving: readonly MoveRecord[];
    readonly parts: AdminParts;
  },
): ReadonlyMap<string, readonly AppLoad[]> {
  const { measures, moving, parts } = given;
  const { apps } = parts.view.current;
  const loads = new Map<string, AppLoad[]>(shards.map(({ name }) => [name, []]));
  const targets = new Map(moving.map(({ app, target }) => [app, target.shard]));
  for (const [shard, measured] of measures) {
    for (const [app, { bytes, transactionsPerSecond }] of measured) {
      const target = targets.get(app);
      const isMovable = target === undefined && apps.get(app)?.activeRevision != null;
      loads.get(target ?? shard)?.push({ app, bytes, transactionsPerSecond, isMovable });
    }
  }
  return loads;
}

function totals(apps: readonly AppLoad[]): Pick<AppLoad, 'bytes' | 'transactionsPerSecond'> {
  return {
    bytes: apps.reduce((sum, app) => sum + app.bytes, 0),
    transactionsPerSecond: apps.reduce((sum, app) => sum + app.transactionsPerSecond, 0),
  };
}

/**
 * Has apps moved, one at a time from each shard. To be called while no import runs.
 * @throws RocketError the first refusal; the moves before it stay requested, which its message says
 */
export async function rebalance(
  planned: readonly { readonly app: string; readonly to: string }[],
  requestedBy: string,
  parts: AdminParts,
): Promise<readonly MoveRecord[]> {
  const moves: MoveRecord[] = [];
  for (const { app, to } of planned) {
    try {
      moves.push(await moveApp({ name: app, to, back: false }, requestedBy, parts));
    } catch (error) {
      throw refusedAfter(moves, app, error);
    }
  }
  return moves;
}

function refusedAfter(moves: readonly MoveRecord[], app: string, error: unknown): unknown {
  if (!(error instanceof RocketError)) return error;
  const requested = moves.map((move) => move.app);
  const before =
    requested.length === 0
      ? 'no move was requested'
      : `the moves of ${requested.join(', ')} were requested before, and go on`;
  return new RocketError(error.code, `App ${app} is not moved: ${error.message} (${before})`, {
    cause: error,
    details: { ...error.details, requested },
  });
}
