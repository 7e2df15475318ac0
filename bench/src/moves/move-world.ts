/** Two shards, each with a Postgres of its own, a gateway and a worker, all in processes of their own, on a real NATS. */
import {
  type Catalog,
  createDatabase,
  createLogger,
  type Database,
  databaseUrl,
  openCatalog,
} from '@rocket/platform';
import { shardName } from '@rocket/schema';
import { findNatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { newCatalogUrl } from '../catalog-database.ts';
import { type CleanUp, withCleanUp } from '../clean-up.ts';
import { freePort } from '../http.ts';
import { type BenchPostgres, startBenchPostgres } from '../shop/bench-postgres.ts';
import { startShardProcess } from '../sides/direct-shard.ts';
import { type Gateway, startGateway } from '../sides/gateway.ts';
import { importShop } from '../sides/shop-users.ts';
import { type BenchWorker, startWorker } from '../sides/worker-world.ts';
import { type Filled, fillApp } from './fill-app.ts';
import { MOVED_DOCUMENT, MOVED_ROLE } from './move-document.ts';

export const SHARDS = ['s1', 's2'] as const;
/** Of the app, before it is moved. */
export const FIRST_DATABASE = 'rocket_shop';
export type Shard = (typeof SHARDS)[number];

export interface MoveWorld {
  readonly gateway: Gateway;
  /** Headers of a user of the app. */
  readonly user: Readonly<Record<string, string>>;
  /** The app is on `s1` at first. */
  readonly servers: Readonly<Record<Shard, BenchPostgres>>;
  readonly filled: Filled;
  /** @param keepHours how long former databases are kept */
  startMover(keepHours: number): Promise<BenchWorker>;
}

/** Null where nats-server is not installed: processes hear of nothing without it. @param rows of the app */
export async function startMoveWorld(cleanUp: CleanUp, rows: number): Promise<MoveWorld | null> {
  const binary = findNatsServer();
  if (binary === null) return null;
  const nats = await startNatsServer(binary);
  cleanUp.push(() => nats.dispose());
  const s1 = await startBenchPostgres(cleanUp, { durable: true });
  const s2 = await startBenchPostgres(cleanUp, { durable: true });
  const catalogUrl = newCatalogUrl(cleanUp, s1.url);
  const catalog = await openCatalog({
    url: catalogUrl,
    logger: createLogger({ level: 'error', name: 'bench' }),
  });
  cleanUp.push(() => catalog.close());
  const env = { NATS_URL: nats.url, ROCKET_CATALOG_URL: catalogUrl };
  await startShard(cleanUp, { catalog, name: 's1', postgres: s1, env });
  const gateway = await startGateway(cleanUp, { ...env, ROCKET_CACHE: '0' });
  // While there is one shard only, so that it is clear which one gets it.
  const addUser = await importShop(gateway, MOVED_DOCUMENT);
  await startShard(cleanUp, { catalog, name: 's2', postgres: s2, env });
  return {
    ...{ gateway, servers: { s1, s2 } },
    user: await addUser(MOVED_ROLE),
    filled: await withDatabase(s1, FIRST_DATABASE, (database) => fillApp(database, rows)),
    startMover: (keepHours) => startWorker(cleanUp, { ...env, ROCKET_MOVE_KEEP_HOURS: String(keepHours) }),
  };
}

/** The statements of `work` may take longer than those of an app. */
async function withDatabase<T>(
  { url }: BenchPostgres,
  name: string,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  return await withCleanUp(async (cleanUp) => {
    const logger = createLogger({ level: 'error', name: 'bench' });
    const database = createDatabase({ url: databaseUrl(url, name), logger, max: 1 });
    cleanUp.push(() => database.close());
    return await work(database);
  });
}

async function startShard(
  cleanUp: CleanUp,
  options: { catalog: Catalog; name: Shard; postgres: BenchPostgres; env: Readonly<Record<string, string>> },
): Promise<void> {
  const { catalog, name, postgres, env } = options;
  const url = `http://127.0.0.1:${await freePort()}`;
  const shard = { name: shardName(name), url };
  await catalog.addShard({ ...shard, databaseUrl: postgres.url });
  const { stop } = await startShardProcess(shard, env);
  cleanUp.push(stop);
}
