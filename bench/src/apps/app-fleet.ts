/** Many small apps on one shard process, each with tables and rows in a database of its own. */
import { type AppDocument, appName, OPERATION_PATH } from '@rocket/schema';
import type { CleanUp } from '../clean-up.ts';
import { CITIES, cityName, customerId } from '../data/fill-shop.ts';
import { parseShop, readShop } from '../data/shop-document.ts';
import { postJson } from '../http.ts';
import { inParallel } from '../measure/in-parallel.ts';
import { type BenchPostgres, startBenchPostgres } from '../shop/bench-postgres.ts';
import { type DirectShard, startDirectShard } from '../sides/direct-shard.ts';
import type { DirectApp } from '../sides/install-app.ts';

const CUSTOMERS_PER_APP = 20;
/** More would only wait for each other, because the server creates the databases. */
const INSTALLED_AT_A_TIME = 4;
/** Progress is printed after this many apps, because installing hundreds takes minutes. */
const TOLD_EVERY = 50;
const QUERY = 'query Customers { customers(limit: 10) { id name email city } }';

export interface AppFleet {
  readonly postgres: BenchPostgres;
  readonly shard: DirectShard;
  readonly apps: readonly DirectApp[];
}

export const FLEET_REQUEST = JSON.stringify({ query: QUERY });

/** When this returns, the shard process is a new one that has served none of the apps. */
export async function startAppFleet(cleanUp: CleanUp, size: number): Promise<AppFleet> {
  const postgres = await startBenchPostgres(cleanUp);
  const shard = await startDirectShard(cleanUp, { postgresUrl: postgres.url, env: {} });
  const shop = { ...(await readShop()), sample_data: { customer: sampleCustomers() } };
  const names = Array.from({ length: size }, (_, index) => appName(`app${index + 1}`));
  const documents = names.map((name) => [name, parseShop(name, shop)] as const);
  let installed = 0;
  const apps = await inParallel(documents, INSTALLED_AT_A_TIME, async ([name, document]) => {
    const app = await shard.install(name, document);
    installed += 1;
    if (installed % TOLD_EVERY === 0) console.error(`${installed} of ${size} apps installed`);
    return app;
  });
  await shard.restart();
  return { postgres, shard, apps };
}

/** Asks one app once. @returns milliseconds until the whole answer was there */
export async function askApp({ shard }: AppFleet, app: DirectApp): Promise<number> {
  const headers = shard.headers(app)(FLEET_REQUEST);
  const startedAtMs = performance.now();
  const answer = await postJson(`${shard.url}${OPERATION_PATH}`, headers, FLEET_REQUEST);
  const ms = performance.now() - startedAtMs;
  if (answer.includes('"errors"')) throw new Error(`${app.app} answered: ${answer}`);
  return ms;
}

function sampleCustomers(): AppDocument['sample_data'][string] {
  return Array.from({ length: CUSTOMERS_PER_APP }, (_, index) => ({
    id: customerId(index + 1),
    name: `Customer ${index + 1}`,
    email: `customer${index + 1}@example.com`,
    city: cityName(index % CITIES),
    registered_at: '2024-01-01T00:00:00.000Z',
  }));
}
