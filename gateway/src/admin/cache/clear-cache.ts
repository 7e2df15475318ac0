import type { AdminParts } from '../parts.ts';

/**
 * Drops kept answers. They are only read again, so that nothing but time is lost.
 * @throws RocketError `NOT_READY` when Redis does not answer; then nothing of this gateway is dropped
 */
export async function clearCache(isShared: boolean, { cache, sharedCache }: AdminParts) {
  const { open } = cache;
  if (open === null) return { answers: 0, shared: null };
  // Redis first: what is asked for meanwhile is taken from there into memory.
  const shared = isShared && sharedCache.state().kind !== 'off' ? await open.store.clearShared() : null;
  return { answers: open.store.clear(), shared };
}
