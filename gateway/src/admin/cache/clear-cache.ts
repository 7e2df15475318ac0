import type { SharedCache } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import type { GatewayCache } from '../../cache/open-cache.ts';

/**
 * Drops kept answers. They are only read again, so that nothing but time is lost.
 * @throws RocketError `NOT_READY` when Redis does not answer; then nothing of this gateway is dropped. `BAD_USER_INPUT`
 * when Redis is to be cleared and this gateway keeps nothing, so that it shares none of what the others have there
 */
export async function clearCache(
  isShared: boolean,
  { cache, sharedCache }: { cache: Pick<GatewayCache, 'open'>; sharedCache: Pick<SharedCache, 'state'> },
) {
  const { open } = cache;
  const clearsRedis = isShared && sharedCache.state().kind !== 'off';
  if (open === null) {
    if (!clearsRedis) return { answers: 0, shared: null };
    throw new RocketError('BAD_USER_INPUT', 'ROCKET_CACHE is 0 here: ask a gateway that keeps answers');
  }
  // Redis first: what is asked for meanwhile is taken from there into memory.
  const shared = clearsRedis ? await open.store.clearShared() : null;
  return { answers: open.store.clear(), shared };
}
