import { type Catalog, createLogger, createMetrics } from '@rocket/platform';
import { shardName } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { createShardMetrics } from '../../src/apps/shard-metrics.ts';
import { createShard } from '../../src/shard.ts';

const CONFIG = {
  poolMaxPerApp: 1,
  poolMaxPerProcess: 1,
  poolAcquireTimeoutMs: 1_000,
  slowQueryMs: 1_000,
  pgbouncer: false,
  preparedStatements: true,
};

describe('a shard that cannot be opened', () => {
  it('follows the catalog no more', async () => {
    let followers = 0;
    const catalog: Pick<Catalog, 'shardRegistration' | 'snapshot' | 'watch'> = {
      shardRegistration: async (name) => ({
        name,
        url: null,
        state: 'active',
        databaseUrl: 'postgresql://nobody@127.0.0.1:1/postgres',
        replicaUrls: [],
        cluster: null,
      }),
      snapshot: () => Promise.reject(new Error('the catalog is gone')),
      watch: () => {
        followers += 1;
        return async () => {
          followers -= 1;
        };
      },
    };
    const opening = createShard({
      name: shardName('s1'),
      catalog: catalog as Catalog,
      config: CONFIG,
      logger: createLogger({ level: 'silent', name: 'test' }),
      metrics: createShardMetrics(createMetrics()),
    });
    await expect(opening).rejects.toThrow('the catalog is gone');
    expect(followers).toBe(0);
  });
});
