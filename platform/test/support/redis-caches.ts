import {
  findRedisServer,
  type RedisServer,
  startRedisServer,
} from '../../../tests/harness/servers/redis-server.ts';
import { until } from '../../../tests/harness/until.ts';
import { createLogger, openRedisCache, type RedisCacheOptions, type SharedCache } from '../../src/index.ts';

export const redisServer = findRedisServer();

/** A server with a cache on it, and what the cache has logged. */
export interface RedisBench extends AsyncDisposable {
  readonly server: RedisServer;
  readonly cache: SharedCache;
  readonly logged: readonly string[];
  /** Opens one more. */
  open(changes?: Partial<RedisCacheOptions>): Promise<SharedCache>;
  /** Stores a value and waits until it is there. */
  put(key: string, bytes: Uint8Array, ttlMs?: number): Promise<void>;
}

export async function redisBench(
  settings: Parameters<typeof startRedisServer>[1] & { cache?: Partial<RedisCacheOptions> } = {},
): Promise<RedisBench> {
  if (redisServer === null) throw new Error('there is no redis-server');
  const server = await startRedisServer(redisServer, settings);
  const logged: string[] = [];
  const logger = createLogger({
    level: 'info',
    name: 'test',
    destination: { write: (line) => logged.push(line) },
  });
  const opened: SharedCache[] = [];
  const open = async (changes: Partial<RedisCacheOptions> = {}): Promise<SharedCache> => {
    const cache = await openRedisCache({ url: server.url, namespace: 'test', logger, ...changes });
    opened.push(cache);
    return cache;
  };
  const cache = await open(settings.cache);
  return {
    server,
    cache,
    logged,
    open,
    async put(key, bytes, ttlMs = 60_000) {
      await until(async () => {
        cache.set(key, bytes, ttlMs);
        return (await cache.get(key)) !== null;
      });
    },
    async [Symbol.asyncDispose]() {
      for (const each of opened) await each.close();
      await server.dispose();
    },
  };
}
