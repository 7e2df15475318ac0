import { LRUCache } from 'lru-cache';

export interface MakeOnceOptions<K, V> {
  /** Most values that are kept; the least recently used are dropped. */
  readonly max: number;
  /** Requests with the same key share one value. */
  readonly key: (request: K) => string;
  readonly make: (request: K) => Promise<V>;
}

/**
 * A bounded cache of values that are made asynchronously. Concurrent callers share one promise; a failure rejects for
 * all of them and is not kept. A value that is dropped while it is being made still reaches those who wait for it.
 */
export function makeOnce<K, V extends object>(options: MakeOnceOptions<K, V>): (request: K) => Promise<V> {
  const cache = new LRUCache<string, V, { readonly request: K }>({
    max: options.max,
    // Without it, those who wait for a value that is dropped meanwhile would not get it.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => options.make(context.request),
  });
  return (request) => {
    const key = options.key(request);
    // Every request comes here, so a value that is in the cache is returned without the cost of a fetch.
    const known = cache.get(key);
    return known === undefined ? cache.forceFetch(key, { context: { request } }) : Promise.resolve(known);
  };
}
