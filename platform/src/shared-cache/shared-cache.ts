/**
 * The contract of the cache that processes share. It can only make things faster: whatever happens to it, a reader gets
 * nothing and asks whoever knows. `openRedisCache` and `noSharedCache` keep it.
 */

export type SharedCacheState =
  /** There is none. */
  | { readonly kind: 'off' }
  | { readonly kind: 'up'; readonly sinceMs: number }
  /** Nobody waits for it until it answers again, which is tried all the time. */
  | { readonly kind: 'down'; readonly sinceMs: number; readonly reason: string };

/** Counted since the start. */
export interface SharedCacheCounts {
  readonly hits: number;
  /** All reads that found nothing, for whatever reason. */
  readonly misses: number;
  /** Commands that were refused or lost, and values that could not be read. */
  readonly errors: number;
  /** Commands that were not answered in time. */
  readonly timeouts: number;
  /** Values that were not stored: it is down, or has more to store than it can take. */
  readonly dropped: number;
}

export interface SharedCache {
  /** Null when it is not there, or is not known within a short time. Never rejects. */
  get(key: string): Promise<Buffer | null>;
  /** Stores in the background, or does not; returns at once. @param ttlMs at least 1 */
  set(key: string, bytes: Uint8Array, ttlMs: number): void;
  /**
   * Removes what begins with `prefix`, for an operator; returns how many that were.
   * @throws RocketError `NOT_READY` when it does not answer
   */
  clear(prefix: string): Promise<number>;
  state(): SharedCacheState;
  counts(): SharedCacheCounts;
  close(): Promise<void>;
}

const NOTHING: SharedCacheCounts = { hits: 0, misses: 0, errors: 0, timeouts: 0, dropped: 0 };

/** Where processes share none. */
export function noSharedCache(): SharedCache {
  return {
    get: async () => null,
    set: () => undefined,
    clear: async () => 0,
    state: () => ({ kind: 'off' }),
    counts: () => NOTHING,
    close: async () => undefined,
  };
}
