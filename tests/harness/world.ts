/**
 * A whole installation in one process, on the test run's Postgres: catalog, two shards, worker, gateway over HTTP. App names
 * get a suffix of their own, since all worlds of a run share one server and an app's database is named after it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway } from '@rocket/gateway';
import {
  type Catalog,
  type Config,
  createInProcessBus,
  createLogger,
  createMetrics,
  dropDatabase,
  followCatalog,
  loadConfig,
  type Metrics,
  noSharedCache,
  openCatalog,
  openRedisCache,
} from '@rocket/platform';
import { RocketError, shardName } from '@rocket/schema';
import { createShard, createShardMetrics, createWorker, type Shard } from '@rocket/subgraphs';
import { dropMoved } from './drop-moved.ts';
import { createTestDatabase, type TestDatabase } from './servers/postgres.ts';
import { SHARED_THREADS } from './shared-threads.ts';
import { type GraphqlAnswer, openWorldClient, type WorldClient } from './world-client.ts';

const ADMIN = { email: 'admin@example.org', password: 'an-admin-password' };
const SHARDS = ['s1', 's2'];
/** More moves than any test makes. */
const ALL_MOVES = 1_000;

/** The Postgres of a shard. */
export interface ShardServer {
  readonly databaseUrl: string;
  readonly replicaUrls?: readonly string[];
}

export interface World extends WorldClient {
  readonly url: string;
  readonly catalog: Catalog;
  /** Of the test run's Postgres, which has the shards that have none of their own. */
  readonly serverUrl: string;
  /** The database of the catalog on it. */
  readonly catalogDatabase: string;
  /** SQL statements that the shards have sent for an app. */
  statements(name: string): Promise<number>;
  /** Starts one more gateway over the same catalog and shards. @param isBehind of later changes it never hears */
  another(options?: {
    readonly isBehind: boolean;
  }): Promise<{ readonly url: string; close(): Promise<void> }>;
  dispose(): Promise<void>;
}

/** One field of an answer, in the form the test expects. @throws when the answer has no such data */
export function fieldOf<T>(answer: GraphqlAnswer, name: string): T {
  const value = answer.data?.[name];
  if (value === null || value === undefined) throw new Error(`No ${name}: ${JSON.stringify(answer.errors)}`);
  return value as T;
}

/** Reads a document that is shipped with the product. */
export async function example(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(import.meta.dirname, '../../examples', `${name}.json`), 'utf8'));
}

/**
 * @param environment settings of its processes
 * @param servers by shard, where it has one of its own
 */
export async function createWorld(
  environment: Readonly<Record<string, string>> = {},
  servers: Readonly<Record<string, ShardServer>> = {},
): Promise<World> {
  const test = await createTestDatabase();
  const serverOf = (shard: string) => servers[shard] ?? { databaseUrl: test.serverUrl };
  const parts = await openParts(test, loadConfig(environment), serverOf);
  const { catalog, shards, worker, metrics, sharedCache, startGateway } = parts;
  const gateway = await startGateway(metrics);
  const url = `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`;
  const client = await openWorldClient(url, ADMIN);
  return {
    url,
    catalog,
    ...{ serverUrl: test.serverUrl, catalogDatabase: test.name },
    ...client,
    statements: (name) => statementsOf(metrics, client.app(name)),
    another: async ({ isBehind } = { isBehind: false }) => {
      const second = await startGateway(createMetrics(), isBehind ? await asOfNow(catalog) : catalog);
      const port = await second.listen(0, '127.0.0.1');
      return { url: `http://127.0.0.1:${port}`, close: () => second.close() };
    },
    dispose: async () => {
      const { shardMap } = await catalog.snapshot();
      await gateway.close();
      await worker.close();
      for (const shard of shards.values()) await shard.close();
      await sharedCache.close();
      await dropMoved(await catalog.moves.list({ limit: ALL_MOVES }), (shard) => serverOf(shard).databaseUrl);
      await catalog.close();
      for (const { shard, database } of shardMap.placements.values())
        await dropDatabase(serverOf(shard).databaseUrl, database);
      await test.dispose();
    },
  };
}

type FollowedCatalog = Pick<Catalog, 'snapshot' | 'watch'>;

async function asOfNow(catalog: Catalog): Promise<FollowedCatalog> {
  const snapshot = await catalog.snapshot();
  return { snapshot: async () => snapshot, watch: () => async () => undefined };
}

async function openParts({ url }: TestDatabase, config: Config, serverOf: (shard: string) => ShardServer) {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const catalog = await openCatalog({ url, logger });
  const metrics = createMetrics();
  const shardMetrics = createShardMetrics(metrics);
  const view = await followCatalog(catalog, logger);
  const shards = new Map<string, Shard>();
  const bus = createInProcessBus({ logger });
  const sharedCache =
    config.redisUrl === null
      ? noSharedCache()
      : await openRedisCache({ url: config.redisUrl, namespace: 'test', logger });
  for (const name of SHARDS.map(shardName)) {
    await catalog.addShard({ name, url: null, ...serverOf(name) });
    const parts = { catalog, view, bus, sharedCache, config, logger };
    shards.set(name, await createShard({ name, ...parts, metrics: shardMetrics }));
  }
  const worker = createWorker({
    ...{ catalog, view, bus, sharedCache, config, logger, metrics: shardMetrics },
    deadLetters: catalog.deadLetters,
    shardHere: (name) => shards.get(name) ?? null,
  });
  await catalog.platformUsers.add(ADMIN);
  const directory = (record: { name: string }) => {
    const shard = shards.get(record.name);
    if (shard === undefined) throw new RocketError('SHARD_UNAVAILABLE', `Shard ${record.name} is not here`);
    return shard;
  };
  const startGateway = async (measured: Metrics, followed: FollowedCatalog = catalog) =>
    createGateway({
      catalog,
      view: await followCatalog(followed, logger),
      ...{ bus, sharedCache, shards: directory, config, logger, metrics: measured, threads: SHARED_THREADS },
    });
  return { catalog, shards, worker, metrics, sharedCache, startGateway };
}

async function statementsOf(metrics: Metrics, app: string): Promise<number> {
  const { body } = await metrics.render();
  const line = body.split('\n').find((each) => each.startsWith(`rocket_sql_statements_total{app="${app}"}`));
  return Number(line?.split(' ').at(-1) ?? 0);
}
