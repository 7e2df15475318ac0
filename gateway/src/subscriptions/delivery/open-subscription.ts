/** One subscription from its beginning to its end: over its snapshot, replaced graphs, and what cannot go on. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@rocket/platform';
import { MAX_STALENESS_MS, RocketError } from '@rocket/schema';
import type { ChangeFeed } from '../../changes/change-feed.ts';
import type { CursorMaker, ResumePoint } from '../change-cursor.ts';
import { GraphReplaced } from '../resolution/ask-graph.ts';
import type { SubscriptionPlan } from '../resolution/plan-subscription.ts';
import { retried } from '../resolution/retried.ts';
import type { Shape } from '../resolution/shape.ts';
import { type ChangeMessage, type SubscribeRequest, SubscriptionRefused } from '../subscribe.ts';
import type { SubscriptionMetrics } from '../subscription-metrics.ts';
import { Member } from './member.ts';
import { publicEnd } from './public-end.ts';
import { sendSnapshot } from './snapshot.ts';
import { type Delivery, Subscriber } from './subscriber.ts';
import type { WaitingBudget } from './waiting-budget.ts';

/** What a subscription is in the graph that there is now. */
export interface Prepared {
  readonly plan: SubscriptionPlan;
  readonly feed: ChangeFeed;
  readonly shape: Shape;
  /** False once the graph was replaced. */
  readonly isCurrent: () => boolean;
  /** Ends the use of feed and shape. Called once. */
  readonly release: () => void;
}

export interface OpenParts {
  /** Plans it in the graph as it is now. @throws SubscriptionRefused, RocketError */
  readonly prepare: (request: SubscribeRequest) => Promise<Prepared>;
  /** Reads may be answered by a replica, which may be behind. */
  readonly mayLag: (plan: SubscriptionPlan) => boolean;
  readonly maxWaiting: number | undefined;
  readonly budget: WaitingBudget;
  readonly metrics: SubscriptionMetrics;
  readonly logger: Logger;
  readonly onEnd: (subscription: OpenSubscription) => void;
}

export interface Beginning {
  readonly request: SubscribeRequest;
  readonly prepared: Prepared;
  readonly cursors: CursorMaker;
  readonly point: ResumePoint;
  /** There is a snapshot to be sent, or the rest of one. */
  readonly hasRows: boolean;
}

export class OpenSubscription {
  readonly member: Member;
  readonly #parts: OpenParts;
  readonly #cursors: CursorMaker;
  /** Without its plan: all subscriptions of a shape share the shape's. */
  #prepared: Omit<Prepared, 'plan'>;
  /** Counts the times it was prepared, as a graph can be replaced while it is. */
  #preparations = 0;

  constructor(parts: OpenParts, { request, prepared, cursors, point, hasRows }: Beginning) {
    this.#parts = parts;
    this.#cursors = cursors;
    const { plan, ...rest } = prepared;
    this.#prepared = rest;
    const { coalesce, operations, filter } = plan;
    const leave = (): void => void subscriber.return();
    const isBeforeRows = hasRows && point.row === null;
    const subscriber = new Subscriber({
      cursor: isBeforeRows ? null : cursors.encode(point),
      ...{ coalesce, operations, maxWaiting: parts.maxWaiting },
      message: (delivery) => this.#message(delivery),
      share: parts.budget.of(request.countedAs),
      onEnd: (error) => {
        request.signal.removeEventListener('abort', leave);
        if (error !== null) parts.metrics.failed(error.code);
        this.#end();
      },
    });
    this.member = new Member({ request, subscriber, key: filter.key, operations, point });
    request.signal.addEventListener('abort', leave);
  }

  /** @param hasRows there are rows to be sent before the changes */
  start(hasRows: boolean): void {
    if (hasRows) void this.#sendRows();
    else this.#join();
  }

  /** Goes on in the graph as it is now, behind its point. It has left its shape before. */
  async follow(): Promise<void> {
    if (await this.#prepare()) this.#join();
  }

  fail(error: unknown): void {
    const { subscriber } = this.member;
    if (subscriber.hasEnded) return;
    subscriber.fail(publicEnd(error, this.#parts.logger));
  }

  /** False when it has ended, or is prepared once more meanwhile. */
  async #prepare(): Promise<boolean> {
    this.#preparations += 1;
    const preparation = this.#preparations;
    try {
      const prepared = await retried(() => this.#parts.prepare(this.member.request));
      if (preparation !== this.#preparations || this.member.subscriber.hasEnded) {
        prepared.release();
        return false;
      }
      this.#prepared.release();
      const { plan: _, ...rest } = prepared;
      this.#prepared = rest;
      return true;
    } catch (error) {
      // What a graph of before refuses is of no account.
      if (preparation === this.#preparations) {
        this.fail(error instanceof SubscriptionRefused ? schemaChanged(error) : error);
      }
      return false;
    }
  }

  #join(): void {
    // A shape of before would not be told of the replacement any more.
    if (!this.#prepared.isCurrent()) {
      void this.follow();
      return;
    }
    try {
      this.#prepared.shape.add(this.member);
    } catch (error) {
      this.fail(error);
    }
  }

  async #sendRows(): Promise<void> {
    try {
      await this.#settle();
      while (!(await this.#sendRowsOf(this.#prepared))) if (!(await this.#prepare())) return;
      if (!this.member.subscriber.hasEnded) this.#join();
    } catch (error) {
      this.fail(error);
    }
  }

  /** False when the graph was replaced meanwhile. */
  async #sendRowsOf({ shape, feed }: Pick<Prepared, 'feed' | 'shape'>): Promise<boolean> {
    const { atLeast } = feed.committed;
    const parts = { reader: shape.reader, maxPageSize: shape.plan.entity.maxPageSize, atLeast };
    try {
      // What was sent stays sent: the member's point moves along.
      await sendSnapshot(this.member, parts);
      return true;
    } catch (error) {
      if (error instanceof GraphReplaced) return false;
      throw error;
    }
  }

  /**
   * Rows have to show all that was committed before the place from which changes are told. Of what was committed before
   * the feed began nothing is known here, but no replica is behind it for longer than this.
   */
  async #settle(): Promise<void> {
    const { shape, feed } = this.#prepared;
    if (!this.#parts.mayLag(shape.plan)) return;
    const waitMs = feed.committed.sinceMs + MAX_STALENESS_MS - performance.now();
    if (waitMs > 0) await delay(waitMs);
  }

  #message({ change, point }: Delivery): ChangeMessage {
    const cursors = this.#cursors;
    this.#parts.metrics.delivered();
    return {
      result: this.#prepared.shape.plan.payload.make(change, () => cursors.encode(point)),
      get cursor() {
        return cursors.encode(point);
      },
    };
  }

  #end(): void {
    this.#prepared.shape.leave(this.member);
    this.#prepared.release();
    this.#parts.onEnd(this);
  }
}

function schemaChanged(refused: SubscriptionRefused): RocketError {
  return new RocketError('SCHEMA_CHANGED', `The graph has changed: ${refused.message}`, { cause: refused });
}
