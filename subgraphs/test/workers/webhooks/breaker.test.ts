import { expect, test } from 'vitest';
import { retryAfterMs } from '../../../src/webhooks/retry-after.ts';
import { createBreaker } from '../../../src/workers/webhooks/lanes/breaker.ts';

function create() {
  let now = 1_000;
  const breaker = createBreaker(() => now);
  return {
    ...breaker,
    pass: (ms: number) => {
      now += ms;
    },
    fail: (times: number) => {
      for (let time = 0; time < times; time += 1) breaker.failed(0);
    },
  };
}

test('five failures in a row are one too many', () => {
  const { fail, waitMs, isTrusted, worked } = create();
  fail(4);
  worked();
  fail(4);
  expect([isTrusted(), waitMs()]).toEqual([true, 0]);
  fail(1);
  expect([isTrusted(), waitMs()]).toEqual([false, 1_000]);
  fail(30);
  expect(waitMs()).toBe(1_000);
  worked();
  expect([isTrusted(), waitMs()]).toEqual([true, 0]);
});

test('the pauses grow up to a minute, and begin anew', () => {
  const { fail, pass, waitMs, worked } = create();
  fail(5);
  const pauses = Array.from({ length: 8 }, () => {
    const pause = waitMs();
    pass(pause);
    expect(waitMs()).toBe(0);
    fail(1);
    return pause / 1_000;
  });
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  worked();
  fail(5);
  expect(waitMs()).toBe(1_000);
});

test('who asks for time gets it, up to five minutes', () => {
  const { failed, waitMs, isTrusted } = create();
  failed(20_000);
  expect([isTrusted(), waitMs()]).toEqual([true, 20_000]);
  failed(3_600_000);
  expect(waitMs()).toBe(300_000);
});

test.each([
  [null, 0],
  ['', 0],
  ['0', 0],
  [' 120 ', 120_000],
  ['-5', 0],
  ['1.5', 0],
  ['99999999999', 0],
  ['later', 0],
  ['Fri, 31 Dec 1999 23:59:59 GMT', 0],
  ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000],
])('%j asks for %d ms', (header, ms) => {
  expect(retryAfterMs(header, new Date('2026-01-01T00:00:00Z'))).toBe(ms);
});
