export interface FeedLimits {
  /** How long an open waits for the stream. */
  readonly openTimeoutMs: number;
  /** A feed that nobody has open ends after this time. */
  readonly idleMs: number;
  /** Most messages of one app that are kept in memory. */
  readonly keptMessages: number;
  /** Most bytes of their payloads. */
  readonly keptBytes: number;
  /** When nothing came for so long, an open first looks how far the stream has gone meanwhile. */
  readonly headAgeMs: number;
  /** Most messages of a page. */
  readonly pageMessages: number;
  /** How long a page is waited for, those that others read before it included. */
  readonly readTimeoutMs: number;
  readonly readsPerApp: number;
  readonly readsPerProcess: number;
}

export const FEED_LIMITS: FeedLimits = {
  openTimeoutMs: 5_000,
  idleMs: 60_000,
  keptMessages: 10_000,
  keptBytes: 8 * 1024 * 1024,
  headAgeMs: 60_000,
  pageMessages: 500,
  readTimeoutMs: 15_000,
  readsPerApp: 2,
  readsPerProcess: 8,
};
