/** The servers under two gateways and two shards: real ones, each of which can be stopped, frozen or cut off. */
import {
  type Catalog,
  createDatabase,
  createLogger,
  databaseUrl,
  dropDatabase,
  openCatalog,
  type PooledDatabase,
} from '@rocket/platform';
import { type AppName, shardName } from '@rocket/schema';
import { type HangingRelay, startHangingRelay } from '../../../harness/servers/hanging-relay.ts';
import { findNatsServer, type NatsServer, startNatsServer } from '../../../harness/servers/nats-server.ts';
import { createTestDatabase } from '../../../harness/servers/postgres.ts';
import {
  findRedisServer,
  type RedisServer,
  startRedisServer,
} from '../../../harness/servers/redis-server.ts';
import { type ReplicatedPostgres, startReplicatedPostgres } from '../../../harness/servers/replicas.ts';
import {
  type RocketProcess,
  startRocket,
  temporaryDirectory,
} from '../../../harness/servers/rocket-process.ts';
import { type Balancer, startBalancer } from '../balancer.ts';
import type { Closing } from '../closing.ts';
import type { AppKey } from './checked-apps.ts';

/** Of crm the shard has a replica. */
const SHARD_OF: Readonly<Record<AppKey, string>> = { crm: 's1', shop: 's2' };
export const LOGGER = createLogger({ level: 'silent', name: 'test' });
export const ADMIN = { email: 'admin@example.org', password: 'an-admin-password' };
/** With which gateways tell their figures. */
export const METRICS_TOKEN = 'a-token-of-the-metrics';
export const HAS_SERVERS = findNatsServer() !== null && findRedisServer() !== null;

/** Some answers come so late that changes made since they were read are told before them. */
const LATE_SHARE = 0.1;
const LATE_MS = 60;
const lateness = () => (Math.random() < LATE_SHARE ? LATE_MS : 0);

/** A process of a shard, with the way by which it alone reaches NATS. */
export interface ShardProcess {
  readonly process: RocketProcess;
  readonly nats: HangingRelay;
}

export interface CheckedServers {
  readonly catalog: Catalog;
  readonly nats: NatsServer;
  readonly redis: RedisServer;
  readonly replicated: ReplicatedPostgres;
  readonly balancers: Readonly<Record<AppKey, Balancer>>;
  relayToNats(): Promise<HangingRelay>;
  /** Starts one more process of the shard of an app; requests go to it once its balancer serves it. */
  startShard(app: AppKey): Promise<ShardProcess>;
  /** Starts a gateway as a process of its own. */
  startGateway(): Promise<RocketProcess>;
  /** To the database of an app on its primary, past the product. */
  openOutside(app: AppKey, name: AppName): Promise<PooledDatabase>;
}

/** @param closing what there is to be closed, last first, also when this throws */
export async function startServers(closing: Closing): Promise<CheckedServers> {
  const test = await createTestDatabase();
  closing.push(() => test.dispose());
  const replicated = await startReplicatedPostgres();
  closing.push(() => replicated.dispose());
  const nats = await startNatsServer(findNatsServer() ?? '');
  closing.push(() => nats.dispose());
  const redis = await startRedisServer(findRedisServer() ?? '');
  closing.push(() => redis.dispose());
  const directory = await temporaryDirectory();
  closing.push(() => directory.dispose());
  const balancers = { crm: await startBalancer(lateness), shop: await startBalancer(lateness) };
  closing.push(
    () => balancers.crm.close(),
    () => balancers.shop.close(),
  );
  const catalog = await openCatalog({ url: test.url, logger: LOGGER });
  closing.push(() => catalog.close());
  const [replica] = replicated.replicas;
  const databaseUrls = { crm: replicated.primary.url, shop: test.serverUrl };
  for (const app of ['crm', 'shop'] as const) {
    await catalog.addShard({
      ...{ name: shardName(SHARD_OF[app]), databaseUrl: databaseUrls[app], url: balancers[app].url },
      replicaUrls: app === 'crm' ? [replica.url] : [],
    });
  }
  await catalog.platformUsers.add(ADMIN);
  const environment = { ROCKET_CATALOG_URL: test.url, ROCKET_DATA_DIR: directory.path };
  return {
    ...{ catalog, nats, redis, replicated, balancers },
    ...startingProcesses({ nats, redis, balancers, environment }, closing),
    async openOutside(app, name) {
      const placed = (await catalog.snapshot()).shardMap.placements.get(name)?.database;
      if (placed === undefined) throw new Error(`${name} is on no shard`);
      const outside = createDatabase({ url: databaseUrl(databaseUrls[app], placed), logger: LOGGER });
      // Behind all that uses it, and before its server.
      closing.splice(2, 0, () => dropDatabase(databaseUrls[app], placed));
      closing.push(() => outside.close());
      return outside;
    },
  };
}

type ProcessParts = Pick<CheckedServers, 'nats' | 'redis' | 'balancers'> & {
  readonly environment: Readonly<Record<string, string>>;
};

function startingProcesses(
  { nats, redis, balancers, environment }: ProcessParts,
  closing: Closing,
): Pick<CheckedServers, 'relayToNats' | 'startShard' | 'startGateway'> {
  const relayToNats = async (): Promise<HangingRelay> => {
    const relay = await startHangingRelay(nats.url);
    closing.push(() => relay.close());
    return relay;
  };
  const start = async (args: readonly string[], more: Readonly<Record<string, string>>) => {
    const process = await startRocket(args, { ...environment, ...more });
    closing.push(() => process.end('SIGKILL'));
    await process.waitFor('/ready');
    return process;
  };
  return {
    relayToNats,
    async startShard(app) {
      const relay = await relayToNats();
      const addresses = { ROCKET_SHARD_URL: balancers[app].url, NATS_URL: relay.url };
      return { process: await start(['shard', '--name', SHARD_OF[app]], addresses), nats: relay };
    },
    startGateway: () =>
      start(['gateway'], {
        ...{ NATS_URL: nats.url, REDIS_URL: redis.url, ROCKET_METRICS_TOKEN: METRICS_TOKEN },
      }),
  };
}
