/** One shard with an app, served by real processes over a real nats-server, and a gateway in this process. */
import { createGateway } from '@rocket/gateway';
import {
  createDatabase,
  createLogger,
  createMetrics,
  databaseUrl,
  dropDatabase,
  type EventBus,
  followCatalog,
  loadConfig,
  noSharedCache,
  openCatalog,
  openNatsBus,
  type PooledDatabase,
} from '@rocket/platform';
import { type AppName, appName, RocketError, shardName } from '@rocket/schema';
import { noteEntity } from '../../harness/note-entity.ts';
import { findNatsServer, type NatsServer, startNatsServer } from '../../harness/servers/nats-server.ts';
import { createTestDatabase } from '../../harness/servers/postgres.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../../harness/servers/rocket-process.ts';
import { SHARED_THREADS } from '../../harness/shared-threads.ts';
import { openWorldClient, type WorldClient } from '../../harness/world-client.ts';
import { startBalancer } from './balancer.ts';
import { type Closing, startClosing } from './closing.ts';

const ADMIN = { email: 'admin@example.org', password: 'an-admin-password' };
const SHARD = shardName('s1');
/** Room for a record that no message of the stream holds. */
const BODIES = { ROCKET_MAX_BODY_BYTES: '8000000' };
const LOGGER = createLogger({ level: 'silent', name: 'test' });
const DOCUMENT = {
  version: 1,
  entities: [noteEntity({ name: 'title', type: 'string', required: true }, { name: 'body', type: 'text' })],
};

export const NATS_SERVER = findNatsServer();

export interface Installation extends Pick<WorldClient, 'askApp'> {
  readonly app: AppName;
  readonly nats: NatsServer;
  /** Past the product: what is in the database of the app. */
  readonly outside: PooledDatabase;
  /** A connection to the stream of its own. */
  openBus(): Promise<EventBus>;
  /** Starts one more process of the shard, which serves once it is named in {@link serve}. */
  startShard(environment?: Readonly<Record<string, string>>): Promise<RocketProcess>;
  /** The processes that requests go to. */
  serve(...processes: readonly RocketProcess[]): void;
  dispose(): Promise<void>;
}

export function startInstallation(): Promise<Installation> {
  return startClosing(startParts);
}

async function startParts(closing: Closing): Promise<Omit<Installation, 'dispose'>> {
  const test = await createTestDatabase();
  closing.push(() => test.dispose());
  const nats = await startNatsServer(NATS_SERVER ?? '');
  closing.push(() => nats.dispose());
  const directory = await temporaryDirectory();
  closing.push(() => directory.dispose());
  const balancer = await startBalancer();
  const startShard: Installation['startShard'] = async (environment = {}) => {
    const started = await startRocket(['shard', '--name', SHARD], {
      ROCKET_CATALOG_URL: test.url,
      ROCKET_DATA_DIR: directory.path,
      ROCKET_SHARD_URL: balancer.url,
      NATS_URL: nats.url,
      ...BODIES,
      ...environment,
    });
    closing.push(() => endFrozen(started));
    await started.waitFor('/ready');
    return started;
  };
  const catalog = await openCatalog({ url: test.url, logger: LOGGER });
  closing.push(() => catalog.close());
  await catalog.addShard({ name: SHARD, databaseUrl: test.serverUrl, url: balancer.url });
  await catalog.platformUsers.add(ADMIN);
  const first = await startShard();
  balancer.serve([first.url]);
  const bus = await openBus(nats);
  closing.push(() => bus.close());
  const gateway = await createGateway({
    ...{ catalog, bus, sharedCache: noSharedCache() },
    view: await followCatalog(catalog, LOGGER),
    shards: () => {
      throw new RocketError('SHARD_UNAVAILABLE', 'No shard is in this process');
    },
    ...{ config: loadConfig(BODIES), logger: LOGGER, metrics: createMetrics(), threads: SHARED_THREADS },
  });
  closing.push(
    () => balancer.close(),
    () => gateway.close(),
  );
  const client = await openWorldClient(`http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`, ADMIN);
  const imported = await client.importApp('notes', DOCUMENT);
  if (imported.errors.length > 0) throw new Error(JSON.stringify(imported.errors));
  await first.end();
  const app = appName(client.app('notes'));
  const name = (await catalog.snapshot()).shardMap.placements.get(app)?.database;
  if (name === undefined) throw new Error('The app is on no shard');
  const outside = createDatabase({ url: databaseUrl(test.serverUrl, name), logger: LOGGER });
  closing.splice(1, 0, () => dropDatabase(test.serverUrl, name));
  closing.push(() => outside.close());
  return {
    ...{ app, nats, outside, startShard, askApp: client.askApp },
    serve: (...processes) => balancer.serve(processes.map(({ url }) => url)),
    openBus: () => openBus(nats),
  };
}

/** A process that was stopped takes no other signal. */
async function endFrozen(started: RocketProcess): Promise<void> {
  await started.end('SIGKILL');
}

function openBus(nats: NatsServer): Promise<EventBus> {
  const files = { credsFile: null, caFile: null, certFile: null, keyFile: null };
  const stream = { retentionDays: 7, replicas: 1, maxBytes: null };
  return openNatsBus({ ...files, stream, logger: LOGGER, name: 'checker', servers: [nats.url] });
}
