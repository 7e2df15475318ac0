/** What became of a request at the cache, in the words of the header `x-rocket-cache`. */

export const CACHE_HEADER = 'x-rocket-cache';

/**
 * - `mutation`, `errors`, `introspection`: never kept.
 * - `reads-nothing`: no app was asked.
 * - `no-store`: the document of an app says so.
 * - `time`: the answer can change although nothing is written.
 * - `too-large`: see `ROCKET_CACHE_MAX_ENTRY_BYTES`.
 * - `unsure`: changes may have been made that this gateway does not know of.
 * - `not-told`: a shard could not say what the answer depends on.
 */
export type BypassReason =
  | 'errors'
  | 'introspection'
  | 'mutation'
  | 'no-cache'
  | 'no-store'
  | 'not-told'
  | 'off'
  | 'reads-nothing'
  | 'time'
  | 'too-large'
  | 'unsure';

/** Why an answer had to be read: none was kept for this caller, it is void, too old, or older than what they must see. */
export type MissReason = 'new' | 'invalidated' | 'expired' | 'consistency';

/** `joined`: read for another caller who asked at the same time. */
export type HitLayer = 'memory' | 'shared' | 'joined';

export type CacheOutcome =
  | { readonly kind: 'hit'; readonly detail: HitLayer }
  | { readonly kind: 'miss'; readonly detail: MissReason }
  | { readonly kind: 'bypass'; readonly detail: BypassReason };

export function outcomeHeader({ kind, detail }: CacheOutcome): string {
  return `${kind}; ${detail}`;
}
