/** The changes between the stream and those who see the same of them: queued in order, resolved in batches. */
import type { FedChange, StreamPlace } from '../../changes/change-feed.ts';
import type { EntityView } from '../entity-view.ts';
import type { ReadFor } from '../resolution/ask-graph.ts';
import type { ChangeResolver, SeenChange } from '../resolution/change-resolver.ts';
import { retried } from '../resolution/retried.ts';
import type { StoredChanges } from '../resolution/stored-changes.ts';
import type { Delivery } from './subscriber.ts';

const MAX_BATCH = 100;
/** Changes that are held in memory while shards do not answer, or members do not take. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

export interface QueueParts {
  readonly view: EntityView;
  readonly resolver: ChangeResolver;
  readonly stored: StoredChanges;
}

export interface QueueEnds {
  /** For whom it is resolved; undefined when nobody wants it any more. */
  readonly readFor: () => ReadFor | undefined;
  /** Whether somebody wants changes of the record. */
  readonly want: (key: string) => boolean;
  /** Called in order, with whom it was read for. Gives them before it returns; the next are read once it resolves. */
  readonly give: (deliveries: readonly Delivery[], of: ReadFor) => Promise<void>;
}

export class ChangeQueue {
  readonly #parts: QueueParts;
  readonly #ends: QueueEnds;
  readonly #waiting: FedChange[] = [];
  #done: StreamPlace;
  /** Position of the last change that was left out although others might want it. */
  #unwanted = 0;
  #bytes = 0;
  #isWorking = false;

  constructor(parts: QueueParts, ends: QueueEnds, from: StreamPlace) {
    this.#parts = parts;
    this.#ends = ends;
    this.#done = from;
  }

  /** Everything up to here was given, or concerns nobody. */
  get done(): StreamPlace {
    return this.#done;
  }

  /** Who wants changes from this position on gets all of them. */
  get complete(): number {
    return Math.max(this.#done.position, this.#unwanted);
  }

  /** What waits is held in memory. */
  get isFull(): boolean {
    return this.#waiting.length >= MAX_WAITING || this.#bytes >= MAX_WAITING_BYTES;
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && !this.#isWorking;
  }

  /** Begins elsewhere, before anything was offered. */
  beginAt(place: StreamPlace): void {
    this.#done = place;
  }

  /** What concerns nobody is not queued. */
  offer(change: FedChange): void {
    const { event, place } = change;
    const isWanted = this.#ends.want(event.key);
    if (!isWanted) this.#unwanted = place.position;
    // What was too large for the stream is looked at when it is read from elsewhere.
    if (isWanted && (event.omitted || this.#seen(change) !== null)) {
      this.#waiting.push(change);
      this.#bytes += change.bytes;
    } else if (this.isIdle) this.#done = change.place;
  }

  /** Everything up to the place was offered. */
  reached(place: StreamPlace): void {
    if (this.isIdle && place.position > this.#done.position) this.#done = place;
  }

  /**
   * Resolves when nothing waits any more. Work that is running takes what is offered meanwhile, and the call resolves at
   * once. @throws as the resolver
   */
  async work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    try {
      while (this.#waiting.length > 0) await this.#give(this.#waiting.slice(0, MAX_BATCH));
    } finally {
      this.#isWorking = false;
    }
  }

  clear(): void {
    this.#waiting.length = 0;
    this.#bytes = 0;
  }

  async #give(batch: readonly FedChange[]): Promise<void> {
    const { resolver, stored } = this.#parts;
    const of = this.#ends.readFor();
    if (of === undefined) return this.clear();
    const seen: SeenChange[] = [];
    for (const change of batch) {
      const found = this.#seen(await retried(() => stored.whole(change)));
      if (found !== null) seen.push(found);
    }
    const resolved = seen.length === 0 ? [] : await resolver.resolve(seen, of);
    const deliveries = resolved.flatMap((change, at): Delivery | [] => {
      const place = seen[at]?.change.place;
      return change === null || place === undefined ? [] : { change, point: { place, row: null } };
    });
    const taken = this.#ends.give(deliveries, of);
    // In the same turn: who joins in the next one has not been given them, and has to see that.
    for (const { bytes } of this.#waiting.splice(0, batch.length)) this.#bytes -= bytes;
    this.#done = batch.at(-1)?.place ?? this.#done;
    await taken;
  }

  /**
   * A newer change of the record that was told before a late one has said all but this: that the record had left the view,
   * of which it knew nothing when it found the record outside.
   */
  #seen(change: FedChange): SeenChange | null {
    const operation = this.#parts.view.operationOf(change.event);
    const isTold = operation !== null && (change.isLate !== true || operation === 'REMOVED');
    return isTold ? { change, operation } : null;
  }
}
