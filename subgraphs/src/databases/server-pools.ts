/** Pools of an app's database: one for each server, until the server is removed from the shard. */
import type { Database, Logger, PostgresServer, Replication } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

export interface ServerPools {
  /** The server's pool, opened when it is first used. @throws RocketError `NOT_READY` after `close` */
  of(server: PostgresServer): Database;
  close(): Promise<void>;
}

export interface ServerPoolsOptions {
  readonly replication: Pick<Replication, 'servers' | 'onChange'>;
  /** Opens a pool for the app's database on a server. */
  readonly open: (serverUrl: string) => Database;
  readonly logger: Logger;
}

export function createServerPools({ replication, open, logger }: ServerPoolsOptions): ServerPools {
  const pools = new Map<string, Database>();
  let closed = false;
  const unfollow = replication.onChange(() => {
    const listed = new Set(replication.servers.map(({ url }) => url));
    for (const [url, pool] of pools) {
      if (listed.has(url)) continue;
      pools.delete(url);
      pool.close().catch((error: unknown) => {
        logger.warn({ err: error }, 'the pool of a removed server did not close in order');
      });
    }
  });
  return {
    of({ url }) {
      if (closed) throw new RocketError('NOT_READY', 'The database is being closed');
      const known = pools.get(url);
      if (known !== undefined) return known;
      const pool = open(url);
      pools.set(url, pool);
      return pool;
    },
    async close() {
      closed = true;
      unfollow();
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}
