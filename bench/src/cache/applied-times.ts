/** How long changes took from the beginning of their transaction until a gateway had applied them, by its own histogram. */
import type { Gateway } from '../sides/gateway.ts';

const PERCENTS = [50, 95, 99, 100] as const;

export interface AppliedTimes {
  readonly changes: number;
  /** Milliseconds at 50, 95, 99 and 100 percent: the upper bounds of the buckets that they are in. */
  readonly atMostMs: readonly number[];
}

/** Changes that each bucket has and those below it have, by the bucket's upper bound in seconds. */
type Buckets = ReadonlyMap<number, number>;

/** Runs a load, and tells of the changes that the gateway has applied meanwhile. */
export async function withAppliedTimes<T>(
  gateway: Gateway,
  load: () => Promise<T>,
): Promise<{ readonly result: T; readonly times: AppliedTimes }> {
  const before = await readBuckets(gateway);
  const result = await load();
  const after = await readBuckets(gateway);
  const counts = [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const);
  const changes = counts.at(-1)?.[1] ?? 0;
  const atMostMs = PERCENTS.map((percents) => {
    const [bound] = counts.find(([, count]) => count >= (changes * percents) / 100) ?? [Number.NaN];
    return bound * 1_000;
  });
  return { result, times: { changes, atMostMs } };
}

/** In order of their bounds. */
async function readBuckets(gateway: Gateway): Promise<Buckets> {
  const text = await gateway.metrics();
  const buckets = text.matchAll(/^rocket_cache_applied_seconds_bucket\{le="([^"]+)"\} (\S+)$/gm);
  return new Map([...buckets].map(([, bound, count]) => [asNumber(bound), Number(count)]));
}

function asNumber(bound: string | undefined): number {
  return bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound);
}
