import { LRUCache } from 'lru-cache';

export interface MakeOnceOptions<K, V> {
  /** Values kept; the least used are dropped. */
  readonly max: number;
  /** Requests of one key get one value. */
  readonly key: (request: K) => string;
  readonly make: (request: K) => Promise<V>;
}

/**
 * A bounded cache of values that take a promise to make: concurrent callers share one, a failure is told to all of them
 * and not kept. One that is dropped while it is made is still given to those who wait for it.
 */
export function makeOnce<K, V extends object>(options: MakeOnceOptions<K, V>): (request: K) => Promise<V> {
  const cache = new LRUCache<string, V, { readonly request: K }>({
    max: options.max,
    // Without it, those who wait for a value that is dropped meanwhile would get none.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => options.make(context.request),
  });
  return (request) => {
    const key = options.key(request);
    // Asked for by every request, so that what is there is not waited for by way of a fetch.
    const known = cache.get(key);
    return known === undefined ? cache.forceFetch(key, { context: { request } }) : Promise.resolve(known);
  };
}
