/** The shop in a Postgres server, its tables made by a shard process. */
import { appName } from '@rocket/schema';
import type { CleanUp } from '../clean-up.ts';
import { fillShopDatabase, handOverShop } from '../data/shop-database.ts';
import { parseShop, readShop } from '../data/shop-document.ts';
import { type DirectApp, type DirectShard, startDirectShard } from '../sides/direct-shard.ts';
import { openBenchPostgres } from './bench-postgres.ts';

const SHOP = appName('shop');

export interface ShopWorld {
  readonly postgresUrl: string;
  readonly postgresPid: number;
  readonly shard: DirectShard;
  readonly shop: DirectApp;
}

export async function startShopWorld(
  cleanUp: CleanUp,
  options: { poolSize: number; postgresUrl: string | null },
): Promise<ShopWorld> {
  const postgres = await openBenchPostgres(cleanUp, options.postgresUrl);
  const shard = await startDirectShard(cleanUp, {
    postgresUrl: postgres.url,
    env: { ROCKET_POOL_MAX_PER_APP: String(options.poolSize) },
  });
  await handOverShop(postgres.url);
  const shop = await shard.install(SHOP, parseShop(SHOP, await readShop()));
  await fillShopDatabase(postgres.url);
  return { postgresUrl: postgres.url, postgresPid: postgres.pid, shard, shop };
}
