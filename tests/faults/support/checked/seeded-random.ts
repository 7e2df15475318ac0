/** Chance that is the same again for the same seed. */
export interface Chance {
  /** From 0 up to, and without, 1. */
  next(): number;
  /** A whole number from 0 up to, and without, `end`. */
  below(end: number): number;
  /** Null of an empty list. */
  oneOf<T>(values: readonly T[]): T | null;
  isIn(share: number): boolean;
  uuid(): string;
}

const HEX_DIGITS = 16;

/** Mulberry32, which is even enough for tests. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (end: number) => Math.floor(next() * end);
  return {
    next,
    below,
    oneOf: (values) => values[below(values.length)] ?? null,
    isIn: (share) => next() < share,
    uuid: () => '00000000-0000-4000-8000-000000000000'.replace(/0/g, () => below(HEX_DIGITS).toString(16)),
  };
}
