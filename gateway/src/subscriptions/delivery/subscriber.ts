/** The end of the way of changes: what waits for one subscriber, and how they take it. */
import { RocketError } from '@rocket/schema';
import type { ResumePoint } from '../change-cursor.ts';
import type { ChangeOperation } from '../entity-view.ts';
import type { ResolvedChange } from '../operation/change-payload.ts';
import type { ChangeMessage, ChangeStream } from '../subscribe.ts';
import { bytesOf, type WaitingShare } from './waiting-budget.ts';

/** Some seconds of a busy app. Who is further behind reads from the stream again, with their last cursor. */
const DEFAULT_MAX_WAITING = 1_000;

/** A change for one subscriber. */
export interface Delivery {
  readonly change: ResolvedChange;
  /** Behind the change. */
  readonly point: ResumePoint;
}

/** Changes of one record that wait as one. */
interface Waiting {
  readonly first: Delivery;
  readonly sum: Delivery;
  /** As they were counted. */
  readonly bytes: number;
}

export interface SubscriberOptions {
  /** Where the subscription begins; null where no cursor names that. */
  readonly cursor: string | null;
  /** Several changes of one record that wait become one. */
  readonly coalesce: boolean;
  /** What they want to be told; null for all. */
  readonly operations: ReadonlySet<ChangeOperation> | null;
  readonly message: (delivery: Delivery) => ChangeMessage;
  readonly maxWaiting?: number | undefined;
  /** What may wait for all subscriptions of its caller. */
  readonly share: WaitingShare;
  /**
   * The subscriber takes no more, for whatever reason. Called once.
   * @param error why it cannot go on; null when they have gone
   */
  readonly onEnd: (error: RocketError | null) => void;
}

export class Subscriber implements ChangeStream {
  readonly cursor: string | null;
  readonly #options: SubscriberOptions;
  readonly #maxWaiting: number;
  /** In order of arrival. Coalesced by record, or each under a number of its own. */
  readonly #waiting = new Map<string | number, Waiting>();
  #arrivals = 0;
  #taker: PromiseWithResolvers<IteratorResult<ChangeMessage>> | null = null;
  #emptied: PromiseWithResolvers<void> | null = null;
  #ended: { readonly error: RocketError | null } | null = null;

  constructor(options: SubscriberOptions) {
    this.#options = options;
    this.cursor = options.cursor;
    this.#maxWaiting = options.maxWaiting ?? DEFAULT_MAX_WAITING;
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** Ends with `SUBSCRIBER_TOO_SLOW` when too many wait: what waited is dropped, and comes again by the last cursor. */
  push(delivery: Delivery): void {
    if (this.#ended !== null) return;
    if (this.#taker !== null) {
      const taker = this.#taker;
      this.#taker = null;
      taker.resolve({ done: false, value: this.#options.message(delivery) });
      return;
    }
    this.#arrivals += 1;
    const key = this.#options.coalesce ? delivery.change.id : this.#arrivals;
    const before = this.#waiting.get(key);
    // Its new place is at the end: cursors must not go back.
    this.#waiting.delete(key);
    const bytes = bytesOf(delivery.change);
    if (before !== undefined) this.#options.share.give(before.bytes);
    const hasRoom = this.#options.share.take(bytes);
    if (hasRoom) {
      const waiting = { first: delivery, sum: delivery, bytes };
      this.#waiting.set(key, before === undefined ? waiting : { ...this.#sum(before, delivery), bytes });
    }
    if (hasRoom && this.#waiting.size <= this.#maxWaiting) return;
    this.#drop();
    this.fail(new RocketError('SUBSCRIBER_TOO_SLOW'));
  }

  /** Resolves when nothing waits any more; at once when nothing does. */
  async emptied(): Promise<void> {
    if (this.#waiting.size === 0 || this.#ended !== null) return;
    this.#emptied ??= Promise.withResolvers<void>();
    await this.#emptied.promise;
  }

  /** What waits is still taken before the error. */
  fail(error: RocketError): void {
    this.#end(error);
  }

  async next(): Promise<IteratorResult<ChangeMessage>> {
    const [first] = this.#waiting;
    if (first !== undefined) {
      this.#waiting.delete(first[0]);
      this.#options.share.give(first[1].bytes);
      if (this.#waiting.size === 0) this.#tellEmptied();
      return { done: false, value: this.#options.message(first[1].sum) };
    }
    if (this.#ended !== null) return this.#last(this.#ended);
    this.#taker ??= Promise.withResolvers<IteratorResult<ChangeMessage>>();
    return await this.#taker.promise;
  }

  async return(): Promise<IteratorResult<ChangeMessage>> {
    this.#drop();
    this.#end(null);
    // Who has gone is told no error either.
    this.#ended = { error: null };
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /**
   * All changes of a record as one: what there was before the first of them, and what there is after the last. A record that
   * came and went is told as gone, because a snapshot may have shown it.
   */
  #sum({ first, sum }: Waiting, { change, point }: Delivery): Omit<Waiting, 'bytes'> {
    const { operations } = this.#options;
    const changedFields = [...new Set([...sum.change.changedFields, ...change.changedFields])];
    const isUpdate = first.change.operation !== 'ADDED' && (operations?.has('UPDATED') ?? true);
    const operation = change.operation === 'REMOVED' ? 'REMOVED' : isUpdate ? 'UPDATED' : 'ADDED';
    const previous = operation === 'ADDED' ? null : first.change.previous;
    return { first, sum: { change: { ...change, operation, changedFields, previous }, point } };
  }

  #end(error: RocketError | null): void {
    if (this.#ended !== null) return;
    this.#ended = { error };
    this.#tellEmptied();
    const taker = this.#taker;
    this.#taker = null;
    if (taker !== null) {
      if (error === null) taker.resolve({ done: true, value: undefined });
      else taker.reject(error);
      this.#ended = { error: null };
    }
    this.#options.onEnd(error);
  }

  /** The error is told once. */
  #last({ error }: { readonly error: RocketError | null }): IteratorResult<ChangeMessage> {
    this.#ended = { error: null };
    if (error !== null) throw error;
    return { done: true, value: undefined };
  }

  #drop(): void {
    for (const { bytes } of this.#waiting.values()) this.#options.share.give(bytes);
    this.#waiting.clear();
  }

  #tellEmptied(): void {
    this.#emptied?.resolve();
    this.#emptied = null;
  }
}
