/** The tags that were invalidated lately, each with the position on the stream of the last event that has it. */

import type { StreamStamp } from './position-trail.ts';

/** Some 50 MB. At 500 changes a second these are the tags of several minutes. */
const DEFAULT_MAX_TAGS = 1_000_000;

/** Something that depends on tags, as they were at a position. */
export interface Dependent {
  /** Hashes of the tags. */
  readonly tags: Float64Array;
  readonly stamp: Pick<StreamStamp, 'position'>;
  /** Position of the last invalidation that it has outlived; 0 for none. Only `isVoid` sets it. */
  checkedTo: number;
}

export class Invalidations {
  readonly #maxTags: number;
  /** By the hash of the tag, in order of position. */
  readonly #positions = new Map<number, number>();
  /** Null while no event was applied: then nothing is known about any position. */
  #floor: number | null = null;
  #latest = 0;
  #forgotten = 0;

  constructor(maxTags: number = DEFAULT_MAX_TAGS) {
    this.#maxTags = maxTags;
  }

  /** Position of the last invalidation. */
  get latest(): number {
    return this.#latest;
  }

  /** Everything invalidated after this position is known; null while nothing is. */
  get floor(): number | null {
    return this.#floor;
  }

  get size(): number {
    return this.#positions.size;
  }

  /** How many tags were dropped for want of room; each drop voids all answers of before. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** A record of the stream was applied that has no tags. */
  reached(position: number): void {
    this.#floor ??= position;
  }

  /** Called in the order of positions. */
  invalidate(tags: readonly number[], position: number): void {
    this.reached(position);
    this.#latest = position;
    for (const tag of tags) {
      // Deleted first, because a map keeps the place of a key that it has.
      this.#positions.delete(tag);
      this.#positions.set(tag, position);
    }
    this.#forget();
  }

  /** Whether one of the tags was invalidated after the position, or may have been. */
  isVoid(dependent: Dependent): boolean {
    const { tags, stamp } = dependent;
    const { position } = stamp;
    if (this.#floor === null || position < this.#floor) return true;
    // Most answers are given many times between two changes.
    if (position >= this.#latest || dependent.checkedTo === this.#latest) return false;
    for (const tag of tags) {
      const at = this.#positions.get(tag);
      if (at !== undefined && at > position) return true;
    }
    dependent.checkedTo = this.#latest;
    return false;
  }

  /** Positions of before are void. */
  reset(): void {
    this.#positions.clear();
    this.#floor = null;
    this.#latest = 0;
  }

  #forget(): void {
    for (const [tag, position] of this.#positions) {
      if (this.#positions.size <= this.#maxTags) return;
      this.#positions.delete(tag);
      this.#floor = Math.max(this.#floor ?? 0, position);
      this.#forgotten += 1;
    }
  }
}
