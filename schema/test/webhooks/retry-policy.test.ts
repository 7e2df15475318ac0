import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ACTION_RETRY,
  DEFAULT_RETRY,
  type RetryPolicy,
  retryDelayMs,
} from '../../src/webhooks/retry-policy.ts';

const S = 1_000;
const HALF_A_DAY = 12 * 3_600 * S;
const EXACT = { random: 0, askedMs: 0 };
const delays = (policy: RetryPolicy, of = EXACT) =>
  Array.from({ length: policy.maxAttempts }, (_, index) => retryDelayMs(policy, index + 1, of));

describe('the delay after a failure', () => {
  test('doubles, or grows by as much each time, and there is none after the last attempt', () => {
    expect(delays({ maxAttempts: 5, backoff: 'exponential' })).toEqual([
      30 * S,
      60 * S,
      120 * S,
      240 * S,
      null,
    ]);
    expect(delays({ maxAttempts: 5, backoff: 'linear' })).toEqual([30 * S, 60 * S, 90 * S, 120 * S, null]);
    expect(delays({ maxAttempts: 1, backoff: 'linear' })).toEqual([null]);
    expect(retryDelayMs(DEFAULT_RETRY, 4, EXACT)).toBeNull();
  });

  test('of a webhook that says nothing are two, of an action about an hour in all', () => {
    expect(delays(DEFAULT_RETRY)).toEqual([30 * S, 60 * S, null]);
    const all = delays(ACTION_RETRY).map(Number);
    const hours = all.reduce((sum, ms) => sum + ms, 0) / 3_600 / S;
    expect(hours).toBeGreaterThan(0.9);
    expect(hours).toBeLessThan(1.2);
  });

  test('is what the receiver asks for where that is longer', () => {
    const asked = (askedMs: number) => retryDelayMs(DEFAULT_RETRY, 1, { random: 0, askedMs });
    expect(asked(1)).toBe(30 * S);
    expect(asked(45 * S)).toBe(45 * S);
    expect(asked(30 * 24 * 3_600 * S)).toBe(HALF_A_DAY);
    expect(retryDelayMs(DEFAULT_RETRY, 3, { random: 0, askedMs: 45 * S })).toBeNull();
  });

  test('is up to a tenth longer by chance, never shorter, and ends somewhere', () => {
    const policy = fc.record<RetryPolicy>({
      maxAttempts: fc.integer({ min: 2, max: 100_000 }),
      backoff: fc.constantFrom('exponential', 'linear'),
    });
    const random = fc.double({ min: 0, max: 1, noNaN: true });
    const property = fc.property(policy, fc.nat(99_998), random, (each, place, chance) => {
      const failures = 1 + (place % (each.maxAttempts - 1));
      const exact = Number(retryDelayMs(each, failures, EXACT));
      const delay = Number(retryDelayMs(each, failures, { random: chance, askedMs: 0 }));
      expect(exact).toBeGreaterThanOrEqual(30 * S);
      expect(exact).toBeLessThanOrEqual(HALF_A_DAY);
      expect(delay).toBeGreaterThanOrEqual(exact);
      expect(delay).toBeLessThanOrEqual(Math.ceil(exact * 1.1));
      expect(Number.isInteger(delay)).toBe(true);
    });
    fc.assert(property);
  });
});
