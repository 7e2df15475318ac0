/** Moves of apps between shards: what there is of them, and having them begun and undone. */
import type { Catalog, MoveRecord } from '@rocket/platform';
import { appName, RocketError, shardName, uuidText } from '@rocket/schema';
import { requireWithin } from '../events/require-within.ts';
import type { Exclusive } from '../exclusive.ts';
import { type AdminContext, type AdminParts, publish } from '../parts.ts';
import { shardView } from '../views.ts';
import { type DrainArguments, drainShard } from './drain-shard.ts';
import { moveView } from './move-view.ts';
import type { MoveWatch } from './move-watch.ts';
import { rebalance, rebalancePlan } from './rebalance-shards.ts';
import { type MoveAppArguments, moveApp } from './request-move.ts';
import { openMove } from './require-unmoved.ts';

const MOST_MOVES = 1_000;

interface MovesArguments {
  readonly app?: string | null;
  readonly open: boolean;
  readonly limit: number;
}

interface RebalanceArguments {
  readonly moves: readonly { readonly app: string; readonly to: string }[];
}

export function moveQueries(parts: AdminParts) {
  const { moves } = parts.catalog;
  return {
    moves: async (_: unknown, { app, open, limit }: MovesArguments) => {
      requireWithin('limit', limit, [1, MOST_MOVES]);
      const of = app == null ? {} : { app: appName(app) };
      return (await moves.list({ ...of, isOpen: open, limit })).map((move) => moveView(move, parts));
    },
    move: async (_: unknown, { id }: { id: string }) => {
      const move = await moveOf(id, parts);
      return move === null ? null : moveView(move, parts);
    },
    rebalancePlan: () => rebalancePlan(parts),
  };
}

export function moveMutations(parts: AdminParts, exclusive: Exclusive) {
  const alone = <T>(what: string, work: (parts: AdminParts) => Promise<T>): Promise<T> =>
    exclusive.run(what, (catalog: Catalog) => work({ ...parts, catalog }));
  return {
    moveApp: async (_: unknown, args: MoveAppArguments, { actor }: AdminContext) => {
      const move = await alone(`the request by ${actor} to move ${args.name}`, (own) =>
        moveApp(args, actor, own),
      );
      return moveView(move, parts);
    },
    abortMove: async (_: unknown, { app }: { app: string }, { actor }: AdminContext) => {
      const name = appName(app);
      const move = await openMove(name, parts);
      if (move === null) throw new RocketError('NOT_FOUND', `App ${name} is not being moved`);
      const aborted = await parts.catalog.moves.abort(move.id, `aborted by ${actor}`);
      parts.logger.info({ actor, app: name, move: move.id }, 'the move of an app is aborted');
      return moveView(aborted, parts);
    },
    rebalance: async (_: unknown, { moves }: RebalanceArguments, { actor }: AdminContext) => {
      const requested = await alone(`the request by ${actor} to rebalance the shards`, (own) =>
        rebalance(moves, actor, own),
      );
      return requested.map((move) => moveView(move, parts));
    },
    drainShard: async (_: unknown, args: DrainArguments, { actor }: AdminContext) => {
      const { shard, moves, refused } = await alone(`the drain of shard ${args.name} by ${actor}`, (own) =>
        drainShard(args, actor, own),
      );
      parts.logger.info({ actor, shard, moves: moves.length }, 'a shard is drained');
      return { shard: viewOfShard(shard, parts), moves: moves.map((move) => moveView(move, parts)), refused };
    },
    undrainShard: async (_: unknown, { name }: { name: string }, { actor }: AdminContext) => {
      const shard = shardName(name);
      await parts.catalog.setShardState(shard, 'active');
      parts.logger.info({ actor, shard }, 'a shard takes apps again');
      await publish(parts);
      return viewOfShard(shard, parts);
    },
  };
}

export function moveSubscriptions(parts: AdminParts, watch: MoveWatch) {
  return {
    moveChanged: {
      subscribe: async (_: unknown, { id }: { id?: string | null }) => {
        if (id == null) return watch.all();
        const move = await moveOf(id, parts);
        if (move === null) throw new RocketError('NOT_FOUND', 'There is no such move');
        return watch.one(move.id);
      },
      resolve: (move: MoveRecord) => moveView(move, parts),
    },
  };
}

/** Null also for what is no id. */
async function moveOf(id: string, { catalog }: AdminParts): Promise<MoveRecord | null> {
  const uuid = uuidText(id);
  return uuid === null ? null : await catalog.moves.get(uuid);
}

function viewOfShard(name: string, parts: AdminParts) {
  const { current } = parts.view;
  const shard = current.shardMap.shards.get(shardName(name));
  if (shard === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${name}`);
  return shardView(shard, current, parts);
}
