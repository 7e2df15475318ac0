/** When a delivery that failed is tried again. */

export const BACKOFFS = ['exponential', 'linear'] as const;

export interface RetryPolicy {
  /** The first one counts too. */
  readonly maxAttempts: number;
  readonly backoff: (typeof BACKOFFS)[number];
}

/** Of a webhook that says nothing else, as the format has it. */
export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 3, backoff: 'exponential' };
/** Of actions, in which a document cannot say it: for about an hour. */
export const ACTION_RETRY: RetryPolicy = { maxAttempts: 8, backoff: 'exponential' };

const FIRST_DELAY_MS = 30_000;
const MAX_DELAY_MS = 12 * 60 * 60_000;
/** Part of a delay by which it may be longer, so that deliveries that failed together do not come together again. */
const JITTER = 0.1;

/**
 * Ms from a failure to the next attempt; null when there is none.
 * @param failures of this delivery, this one included
 * @param random from 0 to 1
 * @param askedMs what the receiver has asked for with `Retry-After`; 0 when it has not
 */
export function retryDelayMs(
  { maxAttempts, backoff }: RetryPolicy,
  failures: number,
  { random, askedMs }: { readonly random: number; readonly askedMs: number },
): number | null {
  if (failures >= maxAttempts) return null;
  const factor = backoff === 'linear' ? failures : 2 ** (failures - 1);
  const delayMs = Math.max(FIRST_DELAY_MS * factor, askedMs) * (1 + JITTER * random);
  return Math.round(Math.min(delayMs, MAX_DELAY_MS));
}
