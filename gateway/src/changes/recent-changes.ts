import type { FedChange, StreamPlace } from './change-feed.ts';

interface Kept {
  readonly place: StreamPlace;
  /** Null for a message that gives nobody anything; its place counts all the same. */
  readonly change: FedChange | null;
  readonly bytes: number;
}

interface RecentLimits {
  readonly keptMessages: number;
  readonly keptBytes: number;
}

/** Places of the array whose messages have left are cut off when there are so many. */
const CUT_AT = 1_024;

/** The last messages of an app, with none left out behind `floor`. */
export class RecentChanges {
  readonly #limits: RecentLimits;
  #floor: StreamPlace;
  #kept: (Kept | undefined)[] = [];
  /** The first one of `#kept` that has not left. */
  #first = 0;
  #bytes = 0;

  constructor(floor: StreamPlace, limits: RecentLimits) {
    this.#floor = floor;
    this.#limits = limits;
  }

  /** Everything of the app behind it is in memory. */
  get floor(): StreamPlace {
    return this.#floor;
  }

  get head(): StreamPlace {
    return this.#kept.at(-1)?.place ?? this.#floor;
  }

  get size(): { readonly messages: number; readonly bytes: number } {
    return { messages: this.#kept.length - this.#first, bytes: this.#bytes };
  }

  /** @param bytes of the payload */
  add(place: StreamPlace, change: FedChange | null, bytes: number): void {
    const size = change === null ? 0 : bytes;
    this.#kept.push({ place, change, bytes: size });
    this.#bytes += size;
    while (this.size.messages > this.#limits.keptMessages || this.#bytes > this.#limits.keptBytes) {
      this.#dropOldest();
    }
  }

  /** Id of the message there, null for one without an id; undefined for a position of which nothing is known here. */
  idAt(position: number): string | null | undefined {
    const kept = this.#kept[this.#indexAfter(position - 1)];
    if (kept?.place.position === position) return kept.place.id;
    return position === this.#floor.position ? (this.#floor.id ?? undefined) : undefined;
  }

  *changesAfter(position: number): Generator<FedChange> {
    for (let at = this.#indexAfter(position); at < this.#kept.length; at += 1) {
      const change = this.#kept[at]?.change ?? null;
      if (change !== null) yield change;
    }
  }

  #dropOldest(): void {
    const oldest = this.#kept[this.#first];
    if (oldest === undefined) return;
    this.#floor = oldest.place;
    this.#bytes -= oldest.bytes;
    this.#kept[this.#first] = undefined;
    this.#first += 1;
    if (this.#first < CUT_AT && this.#first < this.#kept.length) return;
    this.#kept = this.#kept.slice(this.#first);
    this.#first = 0;
  }

  #indexAfter(position: number): number {
    let low = this.#first;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#kept[middle]?.place.position ?? 0) <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
