/** What clearing does at a gateway that keeps nothing itself. */
import { expect, it } from 'vitest';
import { clearCache } from '../../src/admin/cache/clear-cache.ts';

const cache = { open: null };
const up = { state: () => ({ kind: 'up', sinceMs: 0 }) as const };
const off = { state: () => ({ kind: 'off' }) as const };

it('drops nothing when only its own memory is meant, or when there is no Redis', async () => {
  const nothing = { answers: 0, shared: null };
  expect(await clearCache(false, { cache, sharedCache: up })).toEqual(nothing);
  expect(await clearCache(true, { cache, sharedCache: off })).toEqual(nothing);
});

it('does not say that nothing is shared while others share a Redis', async () => {
  await expect(clearCache(true, { cache, sharedCache: up })).rejects.toMatchObject({
    code: 'BAD_USER_INPUT',
    message: expect.stringContaining('ROCKET_CACHE'),
  });
});
