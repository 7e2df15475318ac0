import type { StreamPlace } from '../../changes/change-feed.ts';
import type { ResumePoint } from '../change-cursor.ts';
import type { ChangeOperation } from '../entity-view.ts';
import type { ReadFor } from '../resolution/ask-graph.ts';
import type { SubscribeRequest } from '../subscribe.ts';
import type { Delivery, Subscriber } from './subscriber.ts';

export interface MemberOptions {
  readonly request: SubscribeRequest;
  readonly subscriber: Subscriber;
  /** The only record that they want; null for any. */
  readonly key: string | null;
  /** Null for all. */
  readonly operations: ReadonlySet<ChangeOperation> | null;
  readonly point: ResumePoint;
}

/** One subscription among those that see the same. */
export class Member implements ReadFor {
  readonly request: SubscribeRequest;
  readonly subscriber: Subscriber;
  readonly key: string | null;
  /** Everything up to here was given to the subscriber, or does not concern them. */
  point: ResumePoint;
  readonly #operations: ReadonlySet<ChangeOperation> | null;

  constructor({ request, subscriber, key, operations, point }: MemberOptions) {
    this.request = request;
    this.subscriber = subscriber;
    this.key = key;
    this.point = point;
    this.#operations = operations;
  }

  get identity() {
    return this.request.identity;
  }

  get requestId(): string {
    return this.request.requestId;
  }

  /** What is up to there was given, or does not concern them. */
  reached(place: StreamPlace): void {
    if (this.point.place.position < place.position) this.point = { place, row: null };
  }

  /** Does nothing with what the subscriber was given before, or did not ask for. */
  deliver(delivery: Delivery): void {
    const { point, change } = delivery;
    const isRow = point.row !== null;
    if (!isRow && point.place.position <= this.point.place.position) return;
    this.point = point;
    if (isRow || this.#operations === null || this.#operations.has(change.operation)) {
      this.subscriber.push(delivery);
    }
  }
}
