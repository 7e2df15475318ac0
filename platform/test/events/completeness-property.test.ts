/**
 * The protocol of ADR 16 in a world with slow commits, answers and messages, processes that die or stop, and followers that
 * come late and are cut off. Time is virtual.
 */
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type SimulationResult, simulate } from '../support/simulation/simulate.ts';
import type { Mistake } from '../support/simulation/simulated-statements.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function run(seed: number, mistake: Mistake): SimulationResult {
  const result = simulate(seed, mistake, (ms) => vi.advanceTimersByTime(ms));
  vi.clearAllTimers();
  return result;
}

it('never claims a change to be delivered that is not', () => {
  const total = { asked: 0, sure: 0, commits: 0 };
  const property = fc.property(fc.integer(), (seed) => {
    const { violations, asked, sure, commits } = run(seed, 'none');
    total.asked += asked;
    total.sure += sure;
    total.commits += commits;
    expect(violations).toEqual([]);
  });
  fc.assert(property, { seed: 16, numRuns: 300 });
  expect(total.commits).toBeGreaterThan(10_000);
  // Else it would be safe by saying nothing.
  expect(total.sure / total.asked).toBeGreaterThan(0.5);
});

/** So that the test above can fail. */
it.each<Mistake>(['claims_now', 'ignores_in_flight', 'opens_late', 'settles_forgetfully'])(
  'claims too much when a process %s',
  (mistake) => {
    const seeds = fc.sample(fc.integer(), { seed: 16, numRuns: 200 });
    expect(seeds.some((seed) => run(seed, mistake).violations.length > 0)).toBe(true);
  },
);
