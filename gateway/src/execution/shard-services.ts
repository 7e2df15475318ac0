import type { ShardRecord, ShardService } from '@rocket/schema';
import { createHttpShardService, type HttpShardService } from './http-shard-service.ts';

/** Finds the service of a shard that runs in this process (its record has no URL). */
export type ShardDirectory = (shard: ShardRecord) => ShardService;

export interface ShardServices {
  /** The service of a shard: in process, or over HTTP to where the shard map says it listens. */
  of(shard: ShardRecord): ShardService;
  /** True when the shard's process answers, which one in our own process does. */
  isHealthy(shard: ShardRecord): Promise<boolean>;
  close(): Promise<void>;
}

/** One connection pool and one circuit breaker per shard URL, made at its first use. */
export function createShardServices(options: {
  inProcess: ShardDirectory;
  internalKey: string;
}): ShardServices {
  const remote = new Map<string, HttpShardService>();
  const remoteAt = (url: string, shard: ShardRecord): HttpShardService => {
    const known = remote.get(url);
    if (known !== undefined) return known;
    const service = createHttpShardService({ url, name: shard.name, internalKey: options.internalKey });
    remote.set(url, service);
    return service;
  };
  return {
    of: (shard) => (shard.url === null ? options.inProcess(shard) : remoteAt(shard.url, shard)),
    isHealthy: async (shard) => shard.url === null || (await remoteAt(shard.url, shard).isHealthy()),
    async close() {
      const services = [...remote.values()];
      remote.clear();
      await Promise.all(services.map((service) => service.close()));
    },
  };
}
