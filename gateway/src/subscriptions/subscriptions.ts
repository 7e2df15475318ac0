/**
 * Subscriptions to changes: from the document of a subscriber to what they are told, along the stream.
 *
 *   operation: what is asked for -> resolution: of which entity, who sees the same, how records are read
 *     -> delivery: the snapshot, what has been since the cursor, what comes
 */
import { setImmediate } from 'node:timers/promises';
import type { CatalogView, Logger, Metrics } from '@rocket/platform';
import { RocketError, type ShardRecord, shardOf } from '@rocket/schema';
import type { ChangeFeeds } from '../changes/change-feed.ts';
import type { ShardCaller } from '../execution/call-shard.ts';
import { type ChangeCursors, type CursorMaker, createChangeCursors } from './change-cursor.ts';
import type { Member } from './delivery/member.ts';
import {
  type Beginning,
  type OpenParts,
  OpenSubscription,
  type Prepared,
} from './delivery/open-subscription.ts';
import type { Subscriber } from './delivery/subscriber.ts';
import { WaitingBudget } from './delivery/waiting-budget.ts';
import { createPreparing } from './prepare-subscription.ts';
import type { AskingParts } from './resolution/ask-graph.ts';
import { FormLimits } from './resolution/form-limits.ts';
import type { SubscriptionPlan } from './resolution/plan-subscription.ts';
import { Replacements } from './resolution/replacements.ts';
import { Shapes } from './resolution/shapes.ts';
import type { SubscribeRequest, Subscriptions } from './subscribe.ts';
import { createSubscriptionMetrics } from './subscription-metrics.ts';

/** Planned anew in one turn of the event loop when a graph is replaced; there can be thousands. */
const FOLLOWED_AT_ONCE = 50;

export interface SubscriptionParts extends AskingParts {
  readonly view: CatalogView;
  readonly feeds: ChangeFeeds;
  readonly shards: ShardCaller;
  /** The secret that all processes of the platform share. */
  readonly internalKey: string;
  readonly introspection: boolean;
  /** Most changes that wait for one subscriber. */
  readonly maxWaiting?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface OpenedSubscriptions extends Subscriptions {
  subscribe(request: SubscribeRequest): Promise<Subscriber>;
  /** Ends all subscriptions with `NOT_READY`, and begins none. */
  close(): void;
}

export function createSubscriptions(parts: SubscriptionParts): OpenedSubscriptions {
  const { view, graphs, logger } = parts;
  const cursors = createChangeCursors(parts.internalKey);
  const open = new Map<Member, OpenSubscription>();
  const metrics = createSubscriptionMetrics(parts.metrics, () => open.size);
  const follow = async (members: readonly Member[]): Promise<void> => {
    for (const [at, member] of members.entries()) {
      if (at % FOLLOWED_AT_ONCE === 0) await setImmediate();
      void open.get(member)?.follow();
    }
  };
  const onReplaced = (members: readonly Member[]): void => void follow(members);
  const shapes = new Shapes({ ...parts, onResolved: metrics.resolved, onReplaced });
  const replacements = new Replacements();
  const stopFollowing = graphs.onReplaced((key) => {
    replacements.note(key);
    onReplaced(shapes.empty(key));
  });
  let isClosed = false;

  const prepare = createPreparing({ ...parts, shapes, replacements, forms: new FormLimits() });
  const openParts: OpenParts = {
    ...{ prepare, metrics, logger, maxWaiting: parts.maxWaiting, budget: new WaitingBudget() },
    mayLag: ({ model: { app } }) => hasReplicas(shardOf(view.current.shardMap, app)),
    onEnd: ({ member }) => open.delete(member),
  };

  return {
    async subscribe(request) {
      if (isClosed) throw new RocketError('NOT_READY');
      const prepared = await prepare(request);
      try {
        const own = cursorsOf(prepared.plan, request, cursors);
        const found = await pointOf({ request, prepared, cursors: own });
        if (isClosed || request.signal.aborted) throw new RocketError('NOT_READY');
        const subscription = new OpenSubscription(openParts, { request, prepared, cursors: own, ...found });
        open.set(subscription.member, subscription);
        subscription.start(found.hasRows);
        return subscription.member.subscriber;
      } catch (error) {
        prepared.release();
        throw error;
      }
    },
    close() {
      isClosed = true;
      stopFollowing();
      for (const subscription of [...open.values()]) subscription.fail(new RocketError('NOT_READY'));
    },
  };
}

interface Asked {
  readonly request: SubscribeRequest;
  readonly prepared: Prepared;
  readonly cursors: CursorMaker;
}

function cursorsOf(
  { model, entity, deciding }: SubscriptionPlan,
  { identity }: SubscribeRequest,
  cursors: ChangeCursors,
): CursorMaker {
  return cursors.of({ app: model.app, entity: entity.name, arguments: deciding, identity });
}

/** Where it begins. A place that is known to be gone is refused at once. @throws RocketError `RESYNC_REQUIRED`, as cursors */
async function pointOf({ request, prepared, cursors }: Asked): Promise<Pick<Beginning, 'point' | 'hasRows'>> {
  const { plan, feed } = prepared;
  const after = request.lastEventId ?? plan.after;
  if (after === null) return { point: { place: feed.head, row: null }, hasRows: plan.wantsSnapshot };
  const point = cursors.read(after);
  await feed.verify(point.place);
  if (!feed.covers(point.place)) await feed.read(point.place, plan.entity.name);
  return { point, hasRows: point.row !== null };
}

/** @see ShardRecord.history */
function hasReplicas(shard: ShardRecord | undefined): boolean {
  return shard !== undefined && shard.history !== null;
}
