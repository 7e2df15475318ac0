import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { beforeDeadline, remainingMs, within, withTimeLimit } from '../../src/index.ts';

const never = new Promise<never>(() => undefined);

test('work that is done in time settles as it does', async () => {
  expect(await within(1_000, Promise.resolve('done'), () => 'late')).toBe('done');
  await expect(within(1_000, Promise.reject(new Error('failed')), () => 'late')).rejects.toThrow('failed');
});

test('what is late is answered for it, and its later failure is nobody’s', async () => {
  const failing = sleep(20).then(() => Promise.reject(new Error('too late to matter')));
  expect(await within(1, failing, () => 'late')).toBe('late');
  await sleep(40);
  await expect(
    within(1, never, () => {
      throw new Error('late');
    }),
  ).rejects.toThrow('late');
});

test('a deadline that has passed, and one that no timer reaches', async () => {
  await expect(beforeDeadline(Date.now() - 1_000, never)).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
  });
  const far = beforeDeadline(
    Date.now() + 2 ** 40,
    sleep(20).then(() => 'done'),
  );
  expect(await far).toBe('done');
  expect(() => remainingMs(Date.now() - 1)).toThrow(expect.objectContaining({ code: 'DEADLINE_EXCEEDED' }));
  expect(remainingMs(Date.now() + 10_000)).toBeGreaterThan(9_000);
});

test('a signal aborts at the limit, or when the caller leaves', async () => {
  const heard = (limitMs: number, caller?: AbortSignal) =>
    withTimeLimit(limitMs, caller, async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return signal.reason;
    });
  expect(await heard(1)).toMatchObject({ name: 'TimeoutError' });
  const caller = new AbortController();
  const left = heard(60_000, caller.signal);
  caller.abort('gone');
  expect(await left).toBe('gone');
  await expect(heard(60_000, caller.signal)).rejects.toBe('gone');
});
