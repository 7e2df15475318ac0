import { expect, test } from 'vitest';
import { makeOnce } from '../../src/index.ts';

function gated(max: number) {
  const made: { key: string; gate: PromiseWithResolvers<{ key: string }> }[] = [];
  const get = makeOnce({
    max,
    key: (key: string) => key,
    make: (key) => {
      const gate = Promise.withResolvers<{ key: string }>();
      made.push({ key, gate });
      return gate.promise;
    },
  });
  return { get, made, keys: () => made.map(({ key }) => key) };
}

test('callers share one value, while it is made and after', async () => {
  const { get, made, keys } = gated(2);
  const asked = [get('a'), get('a')];
  made[0]?.gate.resolve({ key: 'a' });
  const [first, second] = await Promise.all(asked);
  expect(first).toBe(second);
  expect(await get('a')).toBe(first);
  expect(keys()).toEqual(['a']);
});

test('a failure is told to all who wait, and not kept', async () => {
  const { get, made, keys } = gated(2);
  const asked = Promise.allSettled([get('a'), get('a')]);
  made[0]?.gate.reject(new Error('failed'));
  const failed = expect.objectContaining({ status: 'rejected', reason: new Error('failed') });
  expect(await asked).toEqual([failed, failed]);
  const again = get('a');
  made[1]?.gate.resolve({ key: 'a' });
  expect(await again).toEqual({ key: 'a' });
  expect(keys()).toEqual(['a', 'a']);
});

test('what is dropped while it is made is given to those who wait, value or failure', async () => {
  const { get, made, keys } = gated(1);
  const first = get('a');
  const failing = expect(get('b')).rejects.toThrow('failed');
  const last = get('c');
  made[0]?.gate.resolve({ key: 'a' });
  made[1]?.gate.reject(new Error('failed'));
  expect(await first).toEqual({ key: 'a' });
  await failing;
  made[2]?.gate.resolve({ key: 'c' });
  const kept = await last;
  expect(await get('c')).toBe(kept);
  void get('a');
  expect(keys()).toEqual(['a', 'b', 'c', 'a']);
});
