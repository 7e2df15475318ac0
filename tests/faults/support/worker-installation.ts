/** A gateway, two processes of one shard, two workers, and a receiver of webhooks: real processes over real servers. */
import { createServer, type RequestListener } from 'node:http';
import {
  createDatabase,
  createLogger,
  databaseUrl,
  openCatalog,
  type PooledDatabase,
} from '@rocket/platform';
import { shardName } from '@rocket/schema';
import { findNatsServer, type NatsServer, startNatsServer } from '../../harness/servers/nats-server.ts';
import { createTestDatabase } from '../../harness/servers/postgres.ts';
import type { PostgresNode } from '../../harness/servers/postgres-node.ts';
import { startPostgres } from '../../harness/servers/replicas.ts';
import { type RocketProcess, startRocket, temporaryDirectory } from '../../harness/servers/rocket-process.ts';
import { openWorldClient } from '../../harness/world-client.ts';
import { type Balancer, startBalancer } from './balancer.ts';
import { type Closing, startClosing } from './closing.ts';

const ADMIN = { email: 'admin@example.org', password: 'an-admin-password' };
const SHARD = shardName('s1');
const LOGGER = createLogger({ level: 'silent', name: 'test' });

export interface WorkerInstallation {
  /** Of the graph of the app. */
  readonly url: string;
  readonly token: string;
  readonly nats: NatsServer;
  /** Of the app alone. */
  readonly postgres: PostgresNode;
  /** Past the product. */
  readonly outside: PooledDatabase;
  startWorker(): Promise<RocketProcess>;
  readonly workers: RocketProcess[];
  /** Ends one of the two with SIGKILL and starts another. */
  replaceWorker(number: number): Promise<void>;
  replaceShard(number: number): Promise<void>;
  /** What workers and shards have logged as errors. */
  logged(): readonly string[];
  dispose(): Promise<void>;
}

export interface WorkerInstallationOptions {
  /** Of the one app. @param receiverUrl where webhooks are received */
  readonly document: (receiverUrl: string) => object;
  readonly receive: RequestListener;
  /** Settings of all processes. */
  readonly environment?: Readonly<Record<string, string>>;
}

export function startWorkerInstallation(options: WorkerInstallationOptions): Promise<WorkerInstallation> {
  return startClosing((closing) => startParts(closing, options));
}

async function startParts(
  closing: Closing,
  { document, receive, environment = {} }: WorkerInstallationOptions,
): Promise<Omit<WorkerInstallation, 'dispose'>> {
  const receiverUrl = await startReceiver(closing, receive);
  const servers = await startServers(closing, environment);
  const { catalog, nats, postgres, balancer, start } = servers;
  const startShard = () => start('shard', '--name', SHARD);
  const startWorker = () => start('worker');
  const [gateway, ...shards] = await Promise.all([start('gateway'), startShard(), startShard()]);
  const workers = await Promise.all([startWorker(), startWorker()]);
  serve(balancer, shards);
  const client = await openWorldClient(gateway.url, ADMIN);
  const imported = await client.importApp('works', document(receiverUrl));
  if (imported.errors.length > 0) throw new Error(JSON.stringify(imported.errors));
  const [placed] = (await catalog.snapshot()).shardMap.placements.values();
  if (placed === undefined) throw new Error('The app is on no shard');
  const outside = createDatabase({ url: databaseUrl(postgres.url, placed.database), logger: LOGGER });
  closing.push(() => outside.close());
  return {
    ...{ nats, postgres, outside, startWorker, workers, logged: servers.logged },
    url: `${gateway.url}/apps/${client.app('works')}/graphql`,
    token: client.adminToken,
    async replaceWorker(number) {
      await workers[number]?.end('SIGKILL');
      workers[number] = await startWorker();
    },
    async replaceShard(number) {
      await shards[number]?.end('SIGKILL');
      serve(balancer, shards.toSpliced(number, 1));
      shards[number] = await startShard();
      serve(balancer, shards);
    },
  };
}

async function startServers(closing: Closing, environment: Readonly<Record<string, string>>) {
  const test = await createTestDatabase();
  closing.push(() => test.dispose());
  const { primary: postgres, dispose } = await startPostgres();
  closing.push(dispose);
  const nats = await startNatsServer(findNatsServer() ?? '');
  closing.push(() => nats.dispose());
  const directory = await temporaryDirectory();
  closing.push(() => directory.dispose());
  const balancer = await startBalancer();
  closing.push(() => balancer.close());
  const catalog = await openCatalog({ url: test.url, logger: LOGGER });
  closing.push(() => catalog.close());
  await catalog.addShard({ name: SHARD, databaseUrl: postgres.url, url: balancer.url });
  await catalog.platformUsers.add(ADMIN);
  const all: RocketProcess[] = [];
  const start = async (...args: readonly string[]): Promise<RocketProcess> => {
    const started = await startRocket(args, {
      ...{ ROCKET_CATALOG_URL: test.url, ROCKET_DATA_DIR: directory.path, NATS_URL: nats.url },
      ...{ ROCKET_SHARD_URL: balancer.url, ROCKET_OUTGOING_ALLOW: '127.0.0.1' },
      ...{ ROCKET_WEBHOOK_TIMEOUT_MS: '30000', ...environment },
    });
    closing.push(() => started.end('SIGKILL'));
    all.push(started);
    await started.waitFor('/ready');
    return started;
  };
  const logged = () => all.flatMap((each) => each.output().split('\n').filter(isError));
  return { catalog, nats, postgres, balancer, start, logged };
}

/** A line of a log of level error or fatal. */
function isError(line: string): boolean {
  return /"level":[56]0/.test(line);
}

function serve(balancer: Balancer, shards: readonly RocketProcess[]): void {
  balancer.serve(shards.map(({ url }) => url));
}

/** Its address, without a path. */
async function startReceiver(closing: Closing, receive: RequestListener): Promise<string> {
  const server = createServer(receive);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port');
  return `http://127.0.0.1:${address.port}`;
}
