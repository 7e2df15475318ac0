/** The smallest value that at least `percent` of the values do not exceed; 0 of nothing. */
export function percentile(sorted: Float64Array, percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Milliseconds. */
export interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly most: number;
}

export function latencies(ms: readonly number[]): Latencies {
  const sorted = Float64Array.from(ms).sort();
  const at = (percent: number) => percentile(sorted, percent);
  return { p50: at(50), p95: at(95), p99: at(99), most: at(100) };
}
