import type { Logger } from '../telemetry/logger.ts';
import { createThrottledLog } from '../telemetry/throttled-log.ts';
import type { SharedCache } from './shared-cache.ts';

/** They stay right for ever; but most are replaced some day, and nobody asks for them then. */
const TTL_MS = 24 * 60 * 60 * 1_000;

export interface ImmutableJsonOptions<T> {
  readonly cache: SharedCache;
  readonly logger: Logger;
  /** What the values are, in one word; their keys begin with it. */
  readonly kind: string;
  /** Checks what was read under a key. @throws when it is no such value */
  readonly parse: (value: unknown, key: string) => T;
}

/** Values of one kind in the shared cache that never change under their key, so nothing has to take them back. */
export interface ImmutableJson<T> {
  /** Null when the value is not there, or is not what it should be. Never rejects. */
  get(key: string): Promise<T | null>;
  set(key: string, value: T): void;
}

export function createImmutableJson<T>(options: ImmutableJsonOptions<T>): ImmutableJson<T> {
  const { cache, kind, parse } = options;
  const warn = createThrottledLog(options.logger, Date.now);
  return {
    async get(key) {
      const bytes = await cache.get(`${kind}:${key}`);
      if (bytes === null) return null;
      try {
        return parse(JSON.parse(bytes.toString()), key);
      } catch (error) {
        warn(kind, { err: error, key }, `The shared cache has something else in the place of a ${kind}`);
        return null;
      }
    },
    set: (key, value) => cache.set(`${kind}:${key}`, Buffer.from(JSON.stringify(value)), TTL_MS),
  };
}
