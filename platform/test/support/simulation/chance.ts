/** Random numbers that a seed repeats, and the delays of a world in which most is quick and something is always slow. */
export interface Chance {
  /** From 0 to below 1. */
  number(): number;
  between(low: number, high: number): number;
  happens(probability: number): boolean;
  pick<T>(from: readonly T[]): T | undefined;
  /** A few ms; sometimes, up to `slowMs`. */
  delay(slowMs: number): number;
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  /** mulberry32 */
  function number(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const between = (low: number, high: number) => low + number() * (high - low);
  return {
    number,
    between,
    happens: (probability) => number() < probability,
    pick: (from) => from[Math.floor(number() * from.length)],
    delay: (slowMs) => (number() < 0.07 ? between(20, slowMs) : between(0.5, 15)),
  };
}

/** How long a message to or from the stream can take. */
export const SLOW_MESSAGE_MS = 500;
