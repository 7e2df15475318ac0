import type { Catalog, Component, Config, Logger, Metrics } from '@rocket/platform';
import { RocketError, type ShardName, type ShardRecord, type ShardService, shardName } from '@rocket/schema';
import { createShard, createShardMetrics, type Shard } from '@rocket/subgraphs';

/** Two, so that the examples show what separate shards show; both on the one Postgres server there is. */
const LOCAL_SHARDS: readonly ShardName[] = [shardName('s1'), shardName('s2')];

/** Tells the catalog of the shards in this process. An embedded server may be at another port than last time. */
export async function registerLocalShards(catalog: Catalog, databaseUrl: string): Promise<void> {
  const { shardMap } = await catalog.snapshot();
  for (const name of LOCAL_SHARDS) {
    const known = shardMap.shards.get(name);
    if (known === undefined) {
      await catalog.addShard({ name, databaseUrl, url: null });
      continue;
    }
    const registration = await catalog.shardRegistration(name);
    if (registration.databaseUrl !== databaseUrl) await catalog.setShardDatabaseUrl(name, databaseUrl);
    if (known.url !== null) await catalog.setShardUrl(name, null);
  }
}

export interface LocalShards {
  component(metrics: Metrics): Component;
  /** @throws RocketError `SHARD_UNAVAILABLE` for a shard that does not run here */
  find(shard: ShardRecord): ShardService;
}

/** The shards that run in this process, called without HTTP. */
export function createLocalShards(options: {
  catalog: () => Catalog;
  config: Config;
  logger: Logger;
}): LocalShards {
  const { config, logger } = options;
  const running = new Map<ShardName, Shard>();
  return {
    component: (metrics) => ({
      name: 'shards',
      async start() {
        const shardMetrics = createShardMetrics(metrics);
        for (const name of LOCAL_SHARDS) {
          const shard = await createShard({
            name,
            catalog: options.catalog(),
            config,
            logger,
            metrics: shardMetrics,
          });
          running.set(name, shard);
        }
      },
      async stop() {
        await Promise.all([...running.values()].map((shard) => shard.close()));
      },
    }),
    find({ name }) {
      const shard = running.get(name);
      if (shard !== undefined) return shard;
      throw new RocketError('SHARD_UNAVAILABLE', `Shard ${name} does not run in this process and has no URL`);
    },
  };
}
