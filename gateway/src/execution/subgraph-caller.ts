import { beforeDeadline } from '@rocket/platform';
import {
  type AppName,
  type CallContext,
  laterLsn,
  type Placement,
  RocketError,
  type ShardService,
  type SubgraphAnswer,
  type SubgraphOperation,
} from '@rocket/schema';
import type { GraphContext } from '../graph-context.ts';
import type { ShardCaller } from './call-shard.ts';
import type { SeenPositions } from './seen-positions.ts';

/** An operation for the subgraph of one app. */
export interface SubgraphFetch {
  readonly app: AppName;
  readonly kind: 'read' | 'write';
  readonly context: GraphContext;
  readonly operation: SubgraphOperation;
}

export interface SubgraphCaller {
  /**
   * Looks up the app's shard for every fetch, so that a move needs no new graph.
   * @throws RocketError as a {@link ShardCaller}, `DEADLINE_EXCEEDED`
   */
  execute(fetch: SubgraphFetch): Promise<SubgraphAnswer>;
}

/** One per gateway. @param seen positions that all reads have to see */
export function createSubgraphCaller(shards: ShardCaller, seen: SeenPositions): SubgraphCaller {
  return {
    execute: (fetch) => {
      const { app, kind, context } = fetch;
      const call = { app, operation: kind, deadlineAtMs: context.deadlineAtMs };
      let isRefreshed = false;
      return shards.call(call, (service, placement) => {
        const known = Math.max(seen.epochOf(app) ?? 0, context.leastEpoch?.(app) ?? 0);
        if (!isRefreshed && known > placement.epoch) {
          // The app has moved, and this gateway has not heard of it yet: where it was nothing new is to be seen.
          isRefreshed = true;
          return Promise.reject(new RocketError('WRONG_EPOCH'));
        }
        return beforeDeadline(context.deadlineAtMs, execute(service, placement, { fetch, seen }));
      });
    },
  };
}

async function execute(
  service: ShardService,
  placement: Placement,
  { fetch, seen }: { readonly fetch: SubgraphFetch; readonly seen: SeenPositions },
): Promise<SubgraphAnswer> {
  const { app, epoch } = placement;
  const { requestId, callerFor, graph, deadlineAtMs, facts, atLeast } = fetch.context;
  // A write that was sent is finished, even if its caller has gone.
  const signal = fetch.kind === 'read' ? fetch.context.signal : undefined;
  signal?.throwIfAborted();
  const minLsn = fetch.kind === 'read' ? laterLsn(seen.of(placement), atLeast?.(placement)) : undefined;
  const context: CallContext = {
    ...{ app, epoch, graph, caller: callerFor(app), requestId, deadlineAtMs },
    ...(minLsn === undefined ? {} : { minLsn }),
    ...(facts?.isAsking === true ? { wantsFacts: true as const } : {}),
  };
  if (fetch.kind === 'write') facts?.writing();
  const answer = await service.execute(context, fetch.operation, signal);
  // Noted even when the answer came too late for its own request, because the write has been committed.
  if (answer.lsn !== null) seen.note(placement, answer.lsn);
  facts?.add({ at: placement, kind: fetch.kind, minLsn, answer });
  return answer;
}
