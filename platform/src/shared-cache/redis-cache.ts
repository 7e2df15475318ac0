import { RocketError } from '@rocket/schema';
import { ReplyError } from 'ioredis';
import { within } from '../lifecycle/deadline.ts';
import type { Logger } from '../telemetry/logger.ts';
import { createThrottledLog, type ThrottledLog } from '../telemetry/throttled-log.ts';
import { answeredWithin, LATE } from './answered-within.ts';
import { packValue, unpackValue } from './packed-value.ts';
import { RedisLink } from './redis-link.ts';
import type { SharedCache, SharedCacheCounts, SharedCacheState } from './shared-cache.ts';

const DEFAULT_READ_TIMEOUT_MS = 50;
/** What of a reader's time is left for the value itself, once Redis has answered. */
const UNPACK_MS = 10;
/** How long a start waits for Redis: what it keeps makes the start faster. */
const OPEN_WAIT_MS = 500;
/** What may be on its way to Redis at once. */
const MAX_SETS = 256;
const MAX_SET_BYTES = 32 * 1024 * 1024;
const SCAN_COUNT = 1_000;

export interface RedisCacheOptions {
  /** `redis://` or, with TLS, `rediss://` */
  readonly url: string;
  /** Installations that share a Redis differ by it: the same ids mean different things in each. */
  readonly namespace: string;
  readonly logger: Logger;
  /** Longest time that a reader waits, more than 10; 50 by default. */
  readonly readTimeoutMs?: number;
}

/** Connects to Redis. Resolves after a short time at most, whether or not Redis answers. */
export async function openRedisCache(options: RedisCacheOptions): Promise<SharedCache> {
  const link = new RedisLink(options);
  await within(OPEN_WAIT_MS, link.tried, () => undefined);
  return new RedisCache(link, options);
}

class RedisCache implements SharedCache {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #readTimeoutMs: number;
  readonly #warn: ThrottledLog;
  readonly #counts = { hits: 0, misses: 0, errors: 0, timeouts: 0, dropped: 0 };
  readonly #setting = { values: 0, bytes: 0 };

  constructor(link: RedisLink, { namespace, logger, readTimeoutMs }: RedisCacheOptions) {
    this.#link = link;
    this.#prefix = `rocket:${namespace}:`;
    this.#readTimeoutMs = readTimeoutMs ?? DEFAULT_READ_TIMEOUT_MS;
    this.#warn = createThrottledLog(logger, Date.now);
  }

  async get(key: string): Promise<Buffer | null> {
    const bytes = await this.#read(key);
    this.#counts[bytes === null ? 'misses' : 'hits'] += 1;
    return bytes;
  }

  async #read(key: string): Promise<Buffer | null> {
    const client = this.#link.client;
    if (client === null) return null;
    const deadlineAtMs = performance.now() + this.#readTimeoutMs;
    try {
      const packed = await answeredWithin(
        this.#readTimeoutMs - UNPACK_MS,
        client.getBuffer(this.#prefix + key),
      );
      if (packed === LATE) {
        this.#late();
        return null;
      }
      if (packed === null) return null;
      const leftMs = Math.max(UNPACK_MS, deadlineAtMs - performance.now());
      const bytes = await answeredWithin(leftMs, unpackValue(packed));
      if (bytes !== LATE) return bytes;
      this.#counts.timeouts += 1;
    } catch (error) {
      this.#failed('read', error);
    }
    return null;
  }

  set(key: string, bytes: Uint8Array, ttlMs: number): void {
    const { values, bytes: underWay } = this.#setting;
    const isTooMuch = values >= MAX_SETS || underWay + bytes.byteLength > MAX_SET_BYTES;
    if (this.#link.client === null || isTooMuch) this.#counts.dropped += 1;
    else void this.#store(key, bytes, ttlMs);
  }

  async #store(key: string, bytes: Uint8Array, ttlMs: number): Promise<void> {
    this.#setting.values += 1;
    this.#setting.bytes += bytes.byteLength;
    try {
      const packed = await packValue(bytes);
      const client = this.#link.client;
      if (client === null) this.#counts.dropped += 1;
      else await client.set(this.#prefix + key, packed, 'PX', Math.ceil(ttlMs));
    } catch (error) {
      this.#failed('store', error);
    } finally {
      this.#setting.values -= 1;
      this.#setting.bytes -= bytes.byteLength;
    }
  }

  async clear(prefix: string): Promise<number> {
    const client = this.#link.client;
    if (client === null) throw this.#unavailable();
    const match = `${escapeGlob(this.#prefix + prefix)}*`;
    let removed = 0;
    let cursor = '0';
    try {
      do {
        const [next, keys] = await client.scan(cursor, 'MATCH', match, 'COUNT', SCAN_COUNT);
        if (keys.length > 0) removed += await client.unlink(keys);
        cursor = next;
      } while (cursor !== '0');
    } catch (cause) {
      throw this.#unavailable(cause);
    }
    return removed;
  }

  state(): SharedCacheState {
    return this.#link.state;
  }

  counts(): SharedCacheCounts {
    return { ...this.#counts };
  }

  async close(): Promise<void> {
    this.#link.close();
  }

  #late(): void {
    this.#counts.timeouts += 1;
    this.#link.doubt('it did not answer in time');
  }

  /** Redis may be full, read-only, loading, or something else: it is all the same to who asks. */
  #failed(topic: 'read' | 'store', error: unknown): void {
    if (isTimeout(error)) {
      this.#late();
      return;
    }
    this.#counts.errors += 1;
    // A lost connection is logged by the link, once for all that were waiting.
    if (this.#link.client !== null)
      this.#warn(topic, { err: error }, `The shared cache could not ${topic} a value`);
  }

  #unavailable(cause?: unknown): RocketError {
    return new RocketError('NOT_READY', 'The shared cache does not answer', { cause });
  }
}

/** The client has no class of its own for it. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && !(error instanceof ReplyError) && error.message === 'Command timed out';
}

/** The text itself, where Redis takes a pattern. */
function escapeGlob(text: string): string {
  return text.replace(/[\\*?[\]]/g, '\\$&');
}
