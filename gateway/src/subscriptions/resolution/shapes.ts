import { createSlots, type Logger } from '@rocket/platform';
import type { ChangeFeed } from '../../changes/change-feed.ts';
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

/** The shapes of all subscriptions of a gateway. */
export class Shapes {
  readonly #parts: ShapeParts;
  readonly #byText = new Map<string, Shape>();
  /** How many hold each. */
  readonly #holders = new Map<Shape, number>();

  constructor({ graphs, ask, requestTimeoutMs, shards, ...parts }: ShapesParts) {
    const slots = createSlots(MAX_READS);
    this.#parts = {
      ...parts,
      asking: { graphs, ask, requestTimeoutMs },
      stored: createStoredChanges(shards, requestTimeoutMs),
      inTurn: (read) => slots.run(read),
    };
  }

  /**
   * The shape of the plan, on the feed; one of a feed that has ended is not used again. Whoever holds it releases it once,
   * after their member has left it.
   */
  hold(plan: SubscriptionPlan, feed: ChangeFeed): Shape {
    const known = this.#byText.get(plan.shape);
    const shape = known?.feed === feed ? known : new Shape(plan, feed, this.#parts);
    this.#byText.set(plan.shape, shape);
    this.#holders.set(shape, (this.#holders.get(shape) ?? 0) + 1);
    return shape;
  }

  release(shape: Shape): void {
    const left = (this.#holders.get(shape) ?? 0) - 1;
    if (left > 0) this.#holders.set(shape, left);
    else {
      this.#holders.delete(shape);
      if (this.#byText.get(shape.plan.shape) === shape) this.#byText.delete(shape.plan.shape);
    }
  }

  /** All members in graphs of this key, who go elsewhere. */
  empty(key: GraphKey): readonly Member[] {
    const text = graphKeyText(key);
    return [...this.#holders.keys()]
      .filter(({ plan }) => graphKeyText(plan.key) === text)
      .flatMap((shape) => shape.empty());
  }
}
