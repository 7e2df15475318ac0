import { type Latencies, latencies } from '../measure/percentile.ts';
import type { ChangeTimes } from './arrivals.ts';

/**
 * The commit is between the two: `begun` counts from the beginning of the transaction, and is an upper bound;
 * `answered` from the answer to the writer, and is a lower one, below 0 for a message that was there before.
 */
export interface SinceCommit {
  readonly begun: Latencies;
  readonly answered: Latencies;
}

/** @param told of each change, the times when somebody was told that count; 0 is left out */
export function sinceCommit(
  changes: readonly ChangeTimes[],
  told: (change: ChangeTimes) => Iterable<number>,
): SinceCommit {
  const since = (from: (change: ChangeTimes) => number): Latencies => {
    const all: number[] = [];
    for (const change of changes) {
      for (const at of told(change)) if (at !== 0) all.push(at - from(change));
    }
    return latencies(all);
  };
  return { begun: since(({ begunAt }) => begunAt), answered: since(({ answeredAt }) => answeredAt) };
}
