import type { SharedCache } from '@rocket/platform';
import type { QueryStore } from './persisted-queries.ts';

const PREFIX = 'query:';
/** A client that is used less often than this sends the text once more. */
const TTL_MS = 24 * 60 * 60 * 1_000;

/** Texts of persisted queries in the cache that gateways share. */
export function sharedQueries(cache: SharedCache): QueryStore {
  return {
    async get(hash) {
      return (await cache.get(`${PREFIX}${hash}`))?.toString('utf8') ?? null;
    },
    set: (hash, text) => cache.set(`${PREFIX}${hash}`, Buffer.from(text), TTL_MS),
  };
}
