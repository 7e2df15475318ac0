import { RocketError, type ShardRecord, type ShardService } from '@rocket/schema';
import { createHttpShardService, type HttpShardService } from './http-shard-service.ts';

/**
 * Finds the service of a shard that runs in this process (its record has no URL). @throws RocketError when none does
 */
export type ShardDirectory = (shard: ShardRecord) => ShardService;

export interface ShardServices {
  /** The service of a shard: in process, or over HTTP at the URL in the shard map. */
  of(shard: ShardRecord): ShardService;
  /** True when the shard's process answers; one without an address does so only when it runs in this process. */
  isHealthy(shard: ShardRecord): Promise<boolean>;
  /** Closes the connections to addresses that none of these shards has, after the calls in progress on them. */
  retain(shards: readonly ShardRecord[]): void;
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
  const closing = new Set<Promise<void>>();
  return {
    of: (shard) => (shard.url === null ? options.inProcess(shard) : remoteAt(shard.url, shard)),
    isHealthy: async (shard) =>
      shard.url === null ? runsHere(options.inProcess, shard) : await remoteAt(shard.url, shard).isHealthy(),
    retain(shards) {
      const urls = new Set(shards.map(({ url }) => url));
      for (const [url, service] of [...remote].filter(([address]) => !urls.has(address))) {
        remote.delete(url);
        const closed = service.close().finally(() => closing.delete(closed));
        closing.add(closed);
      }
    },
    async close() {
      const services = [...remote.values()];
      remote.clear();
      await Promise.all([...closing, ...services.map((service) => service.close())]);
    },
  };
}

function runsHere(inProcess: ShardDirectory, shard: ShardRecord): boolean {
  try {
    inProcess(shard);
    return true;
  } catch (error) {
    // The directory throws it when it has no such shard.
    if (error instanceof RocketError) return false;
    throw error;
  }
}
