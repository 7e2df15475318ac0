/** From the most open to the strictest. */
export const CACHE_POLICIES = ['public', 'private', 'no_store'] as const;
export type CachePolicy = (typeof CACHE_POLICIES)[number];

/**
 * Who may keep answers with records of an entity, or of any of the app, and for how long. Of all that is said about an
 * answer the strictest counts.
 */
export interface CacheDefinition {
  /** When absent, callers who may see the same share what is kept for them. */
  readonly policy?: CachePolicy;
  /** 1 to 86,400; no limit when absent. */
  readonly ttl_seconds?: number;
}
