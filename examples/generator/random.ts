/**
 * Repeatable randomness: a stream of numbers that depends on a name alone. Every table draws from a stream of its
 * own, so a change in one table leaves the rows of all others byte for byte as they were.
 */

export interface RandomStream {
  /** An integer from `low` to `high`, both included. */
  int(low: number, high: number): number;
  /** True with the given probability, 0 to 1. */
  chance(probability: number): boolean;
  /** One element of a list that has at least one. */
  pick<T>(list: readonly T[]): T;
  /** The list in another order. */
  shuffle<T>(list: readonly T[]): T[];
}

const UINT32_RANGE = 2 ** 32;

/** FNV-1a: spreads similar names over the whole seed space. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 0;
}

/** Mulberry32. Integer arithmetic only, so the stream is the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / UINT32_RANGE;
  };
}

/** The stream that belongs to a name. */
export function randomStream(name: string): RandomStream {
  const next = numbers(seedOf(name));
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  return {
    int,
    chance: (probability) => next() < probability,
    pick: (list) => at(list, int(0, list.length - 1)),
    shuffle: (list) => {
      const rest = [...list];
      return list.map(() => at(rest.splice(int(0, rest.length - 1), 1), 0));
    },
  };
}

/** The element at an index that must exist; the index wraps around the end of the list. */
export function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new RangeError(`No element ${index} in a list of ${list.length}`);
  return found;
}
