import type { Logger } from '@rocket/platform';
import { LRUCache } from 'lru-cache';
import type { ChangeFeed } from '../../changes/change-feed.ts';
import { createSlots } from '../../changes/pages/slots.ts';
import type { ShardCaller } from '../../execution/call-shard.ts';
import { type GraphKey, graphKeyText } from '../../graphs/graph-key.ts';
import type { Member } from '../delivery/member.ts';
import type { AskingParts } from './ask-graph.ts';
import type { SubscriptionPlan } from './plan-subscription.ts';
import { Shape, type ShapeParts } from './shape.ts';
import { createStoredChanges } from './stored-changes.ts';

/** Reads for changes that run at once; those of callers are not to wait for them. */
const MAX_READS = 16;

export interface ShapesParts extends AskingParts, Pick<ShapeParts, 'onResolved' | 'onReplaced'> {
  readonly shards: ShardCaller;
  readonly logger: Logger;
}

/** Shapes without members that are kept for those who come next. */
const MAX_RECENT = 200;

/** The shapes of all subscriptions of a gateway. */
export class Shapes {
  readonly #parts: ShapeParts;
  /** Those with members. */
  readonly #byText = new Map<string, Shape>();
  /** Not all who ask for one become members. */
  readonly #recent = new LRUCache<string, Shape>({ max: MAX_RECENT });

  constructor({ graphs, ask, requestTimeoutMs, shards, ...parts }: ShapesParts) {
    const slots = createSlots(MAX_READS);
    this.#parts = {
      ...parts,
      asking: { graphs, ask, requestTimeoutMs },
      stored: createStoredChanges(shards, requestTimeoutMs),
      inTurn: (read) => slots.run(read),
      onFilled: (shape) => void this.#byText.set(shape.plan.shape, shape),
      onEmpty: (shape) => this.#forget(shape),
    };
  }

  /** The shape of the plan, on the feed; one of a feed that has ended is not used again. */
  of(plan: SubscriptionPlan, feed: ChangeFeed): Shape {
    const known = this.#byText.get(plan.shape) ?? this.#recent.get(plan.shape);
    if (known?.feed === feed) return known;
    const shape = new Shape(plan, feed, this.#parts);
    this.#recent.set(plan.shape, shape);
    return shape;
  }

  /** All members in graphs of this key, who go elsewhere. */
  empty(key: GraphKey): readonly Member[] {
    const text = graphKeyText(key);
    for (const [shapeText, { plan }] of [...this.#recent.entries()]) {
      if (graphKeyText(plan.key) === text) this.#recent.delete(shapeText);
    }
    return [...this.#byText.values()]
      .filter(({ plan }) => graphKeyText(plan.key) === text)
      .flatMap((shape) => shape.empty());
  }

  #forget(shape: Shape): void {
    if (this.#byText.get(shape.plan.shape) === shape) this.#byText.delete(shape.plan.shape);
  }
}
