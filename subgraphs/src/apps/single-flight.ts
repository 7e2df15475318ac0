/** A bounded cache of values that take a promise to make: concurrent callers share one, a failure is not kept. */
import { LRUCache } from 'lru-cache';

export interface SingleFlight<V> {
  get(key: string, make: () => Promise<V>): Promise<V>;
}

export function createSingleFlight<V extends object>(max: number): SingleFlight<V> {
  const cache = new LRUCache<string, Promise<V>>({ max });
  return {
    get: (key, make) => {
      const known = cache.get(key);
      if (known !== undefined) return known;
      const made = make();
      cache.set(key, made);
      made.catch(() => {
        // The next caller tries again; this caller gets the rejection through the promise he was given.
        if (cache.peek(key) === made) cache.delete(key);
      });
      return made;
    },
  };
}
