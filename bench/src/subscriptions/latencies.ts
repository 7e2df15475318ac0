import { percentile } from '../measure/percentile.ts';
import type { ChangeTimes } from './arrivals.ts';

/** Milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

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
    return distribution(Float64Array.from(all).sort());
  };
  return { begun: since(({ begunAt }) => begunAt), answered: since(({ answeredAt }) => answeredAt) };
}

function distribution(sorted: Float64Array): Latencies {
  const at = (percent: number) => percentile(sorted, percent);
  return { p50: at(50), p95: at(95), p99: at(99), most: at(100) };
}
