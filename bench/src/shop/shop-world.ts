/** The shop in a Postgres server, its tables made by a shard process. */
import { appName } from '@rocket/schema';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import {
  fillShopDatabase,
  handOverShop,
  hasFilledShop,
  keepFilledShop,
  restoreShop,
  shopContentHash,
} from '../data/shop-database.ts';
import { parseShop, readShop } from '../data/shop-document.ts';
import { type DirectShard, startDirectShard } from '../sides/direct-shard.ts';
import type { DirectApp } from '../sides/install-app.ts';
import { type BenchPostgres, findBenchPostgres, startKeptPostgres } from './bench-postgres.ts';

const SHOP = appName('shop');

export interface ShopWorld {
  readonly postgresUrl: string;
  readonly postgresPid: number;
  readonly shard: DirectShard;
  readonly shop: DirectApp;
}

export async function startShopWorld(
  cleanUp: CleanUp,
  options: {
    poolSize: number;
    postgresUrl: string | null;
    /** Of the shard's process, beside what it always has. */
    env?: Readonly<Record<string, string>>;
  },
): Promise<ShopWorld> {
  const postgres =
    options.postgresUrl === null
      ? await startFilledPostgres(cleanUp)
      : await findBenchPostgres(options.postgresUrl);
  const shard = await startDirectShard(cleanUp, {
    postgresUrl: postgres.url,
    env: { ROCKET_POOL_MAX_PER_APP: String(options.poolSize), ...options.env },
  });
  const shop = await installShop(shard, postgres);
  await fillShopDatabase(postgres.url);
  return { postgresUrl: postgres.url, postgresPid: postgres.pid, shard, shop };
}

/** Filling takes the better part of a minute, so that it is done once for all runs that need the same rows. */
async function startFilledPostgres(cleanUp: CleanUp): Promise<BenchPostgres> {
  const postgres = await startKeptPostgres(cleanUp, `shop-${await shopContentHash()}`);
  if (!(await hasFilledShop(postgres.url))) {
    await withCleanUp(async (inner) => {
      const shard = await startDirectShard(inner, { postgresUrl: postgres.url, env: {} });
      await installShop(shard, postgres);
      await fillShopDatabase(postgres.url);
    });
    await handOverShop(postgres.url);
    await keepFilledShop(postgres.url);
  }
  await restoreShop(postgres.url);
  return postgres;
}

async function installShop(shard: DirectShard, { url }: BenchPostgres): Promise<DirectApp> {
  await handOverShop(url);
  return await shard.install(SHOP, parseShop(SHOP, await readShop()));
}
