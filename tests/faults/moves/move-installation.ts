/** Two shards with a Postgres each, between which an app is moved: real processes over real servers. */
import {
  type Catalog,
  createDatabase,
  createDatabaseIfMissing,
  createLogger,
  databaseUrl,
  type EventBus,
  openCatalog,
  openNatsBus,
  type PooledDatabase,
} from '@rocket/platform';
import { type AppName, appName, type Placement, shardName } from '@rocket/schema';
import { findNatsServer, type NatsServer, startNatsServer } from '../../harness/servers/nats-server.ts';
import type { PostgresNode } from '../../harness/servers/postgres-node.ts';
import { startPostgres } from '../../harness/servers/replicas.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../../harness/servers/rocket-process.ts';
import { openWorldClient, type WorldClient } from '../../harness/world-client.ts';
import { type Balancer, startBalancer } from '../support/balancer.ts';
import { type Closing, startClosing } from '../support/closing.ts';

const ADMIN = { email: 'admin@example.org', password: 'an-admin-password' };
const LOGGER = createLogger({ level: 'silent', name: 'test' });
const CATALOG = 'catalog';
/** What a move needs of both servers, and room for the connections of all processes. */
const SETTINGS = {
  wal_level: 'logical',
  max_connections: '200',
  max_replication_slots: '40',
  max_wal_senders: '40',
  max_worker_processes: '32',
  max_logical_replication_workers: '24',
  max_active_replication_origins: '40',
};
/** Tables of records that are checked, and of others that only take time to copy. */
const DOCUMENT = {
  version: 1,
  entities: [entity('label', 'name'), entity('filler', 'body')],
};
const FILLERS = 20_000;

export type ShardKey = 's1' | 's2';

export interface MoveInstallation extends Pick<WorldClient, 'ask'> {
  readonly app: AppName;
  readonly token: string;
  readonly catalog: Catalog;
  readonly catalogUrl: string;
  /** The catalog's database, past the product. */
  readonly catalogDatabase: PooledDatabase;
  readonly nats: NatsServer;
  readonly postgres: Readonly<Record<ShardKey, PostgresNode>>;
  readonly shards: Record<ShardKey, RocketProcess>;
  readonly workers: RocketProcess[];
  readonly gateway: RocketProcess;
  startGateway(): Promise<RocketProcess>;
  startWorker(): Promise<void>;
  startShard(key: ShardKey): Promise<void>;
  /** URL of the app's graph at a gateway. */
  graph(gateway: RocketProcess): string;
  place(): Promise<Placement>;
  /** Past the product. Close it. */
  open(shard: string, database: string): PooledDatabase;
  openBus(): Promise<EventBus>;
  /** Errors that processes have logged. */
  logged(): readonly string[];
  dispose(): Promise<void>;
}

export function startMoveInstallation(): Promise<MoveInstallation> {
  return startClosing(startParts);
}

async function startParts(closing: Closing): Promise<Omit<MoveInstallation, 'dispose'>> {
  const servers = await startServers(closing);
  const { catalog, postgres, balancers, start, nats } = servers;
  const startShard = async (key: ShardKey) => {
    const shard = await start({ ROCKET_SHARD_URL: balancers[key].url }, 'shard', '--name', key);
    balancers[key].serve([shard.url]);
    return shard;
  };
  const startGateway = () => start({}, 'gateway');
  const [gateway, s1, s2] = await Promise.all([startGateway(), startShard('s1'), startShard('s2')]);
  const shards = { s1, s2 };
  const workers: RocketProcess[] = [];
  const client = await openWorldClient(gateway.url, ADMIN);
  const imported = await client.importApp('moved', DOCUMENT);
  if (imported.errors.length > 0) throw new Error(JSON.stringify(imported.errors));
  const app = appName(client.app('moved'));
  const open = (shard: string, database: string) =>
    createDatabase({ url: databaseUrl(postgres[shard as ShardKey].url, database), logger: LOGGER });
  const place = async () => {
    const placed = (await catalog.snapshot()).shardMap.placements.get(app);
    if (placed === undefined) throw new Error('The app is on no shard');
    return placed;
  };
  const { shard, database } = await place();
  await fill(open(shard, database));
  return {
    ...{ app, token: client.adminToken, ask: client.ask, catalog, nats, postgres, shards, workers },
    ...{ gateway, startGateway, place, open, logged: servers.logged },
    ...{ catalogDatabase: servers.catalogDatabase, catalogUrl: servers.catalogUrl },
    openBus: () => openBus(nats),
    graph: ({ url }) => `${url}/apps/${app}/graphql`,
    async startWorker() {
      workers.push(await start({}, 'worker'));
    },
    async startShard(key) {
      shards[key] = await startShard(key);
    },
  };
}

async function startServers(closing: Closing) {
  const nats = await startNatsServer(findNatsServer() ?? '');
  closing.push(() => nats.dispose());
  const postgres = {
    s1: await startLogicalPostgres(closing),
    s2: await startLogicalPostgres(closing),
  };
  await createDatabaseIfMissing(postgres.s1.url, CATALOG);
  const catalogUrl = databaseUrl(postgres.s1.url, CATALOG);
  const directory = await temporaryDirectory();
  closing.push(() => directory.dispose());
  const balancers: Record<ShardKey, Balancer> = { s1: await startBalancer(), s2: await startBalancer() };
  const catalog = await openCatalog({ url: catalogUrl, logger: LOGGER });
  const catalogDatabase = createDatabase({ url: catalogUrl, logger: LOGGER });
  closing.push(
    ...Object.values(balancers).map((balancer) => () => balancer.close()),
    () => catalog.close(),
    () => catalogDatabase.close(),
  );
  for (const key of ['s1', 's2'] as const)
    await catalog.addShard({
      name: shardName(key),
      databaseUrl: postgres[key].url,
      url: balancers[key].url,
    });
  await catalog.platformUsers.add(ADMIN);
  const all: RocketProcess[] = [];
  const start = async (environment: Readonly<Record<string, string>>, ...args: readonly string[]) => {
    const started = await startRocket(args, {
      ...{ ROCKET_CATALOG_URL: catalogUrl, ROCKET_DATA_DIR: directory.path, NATS_URL: nats.url },
      ...environment,
    });
    closing.push(() => started.end('SIGKILL'));
    all.push(started);
    await started.waitFor('/ready');
    return started;
  };
  const logged = () => all.flatMap((each) => each.output().split('\n').filter(isNoteworthy));
  return { nats, postgres, catalog, catalogUrl, catalogDatabase, balancers, start, logged };
}

async function startLogicalPostgres(closing: Closing): Promise<PostgresNode> {
  const { primary, dispose } = await startPostgres();
  closing.push(dispose);
  for (const [name, value] of Object.entries(SETTINGS))
    await primary.query(`ALTER SYSTEM SET ${name} = '${value}'`);
  await primary.kill();
  await primary.start();
  return primary;
}

async function fill(outside: PooledDatabase): Promise<void> {
  try {
    await outside.query({
      text: `INSERT INTO fillers (id, body, counter)
             SELECT gen_random_uuid(), repeat('x', 200), n FROM generate_series(1, ${FILLERS}) n`,
      values: [],
    });
  } finally {
    await outside.close();
  }
}

function openBus(nats: NatsServer): Promise<EventBus> {
  const files = { credsFile: null, caFile: null, certFile: null, keyFile: null };
  const stream = { retentionDays: 7, replicas: 1, maxBytes: null };
  return openNatsBus({ ...files, stream, logger: LOGGER, name: 'checker', servers: [nats.url] });
}

/** A line of a log of level warn or worse. */
function isNoteworthy(line: string): boolean {
  return /"level":[456]0/.test(line);
}

function entity(name: string, text: string): object {
  return {
    ...{ name, table: `${name}s`, primary_key: { field: 'id', type: 'uuid', generated: false } },
    fields: [
      { name: 'id', type: 'uuid' },
      { name: text, type: 'string' },
      { name: 'counter', type: 'int' },
    ],
  };
}
