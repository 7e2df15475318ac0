/** Two gateways in this process, each with a view, a bus and a cache of its own, over real servers and shards. */
import { createGateway } from '@rocket/gateway';
import {
  createMetrics,
  followCatalog,
  loadConfig,
  openNatsBus,
  openRedisCache,
  signAccessToken,
} from '@rocket/platform';
import { appName, RocketError } from '@rocket/schema';
import type { HangingRelay } from '../../harness/servers/hanging-relay.ts';
import { openWorldClient } from '../../harness/world-client.ts';
import { type Closing, startClosing } from '../support/closing.ts';
import { type AppKey, DOCUMENTS } from './checked-apps.ts';
import { ADMIN, type CheckedServers, LOGGER, type ShardProcess, startServers } from './checked-servers.ts';
import type { Reader, State } from './checked-state.ts';
import { isWriting, readState } from './database-state.ts';

interface Ask {
  /** 0 or 1. */
  readonly gateway: number;
  readonly graph: AppKey;
  readonly reader: Reader;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** The consistency token to send. */
  readonly token: string | null;
}

export interface Reply {
  readonly status: number;
  /** `hit; memory`, `miss; new` ... */
  readonly cache: string;
  readonly age: string | null;
  readonly token: string | null;
  readonly data: Readonly<Record<string, unknown>> | null;
  /** What its first error says, or why there is no answer; null without any. */
  readonly fault: string | null;
}

export interface CheckedInstallation
  extends Omit<CheckedServers, 'startShard' | 'openOutside' | 'relayToNats'> {
  /** Each gateway's way to NATS. */
  readonly gatewayNats: readonly [HangingRelay, HangingRelay];
  /** The processes that serve each app; two of crm, of which each knows only its own writes. */
  readonly shards: Record<AppKey, readonly ShardProcess[]>;
  startShard(app: AppKey): Promise<ShardProcess>;
  /** Never rejects. */
  ask(asking: Ask): Promise<Reply>;
  readonly admin: Reader;
  /** Someone with these roles in both apps. */
  reader(name: string, roles: readonly string[]): Promise<Reader>;
  /** What is in the database. */
  read(app: AppKey): Promise<State>;
  isWriting(app: AppKey): Promise<boolean>;
  dispose(): Promise<void>;
}

export function startCheckedInstallation(): Promise<CheckedInstallation> {
  return startClosing(startParts);
}

async function startParts(closing: Closing): Promise<Omit<CheckedInstallation, 'dispose'>> {
  const servers = await startServers(closing);
  const { balancers, catalog } = servers;
  const shards = {
    crm: [await servers.startShard('crm'), await servers.startShard('crm')],
    shop: [await servers.startShard('shop')],
  };
  for (const app of ['crm', 'shop'] as const)
    balancers[app].serve(shards[app].map(({ process }) => process.url));
  const gatewayNats = [await servers.relayToNats(), await servers.relayToNats()] as const;
  const urls = [
    await startGateway(servers, gatewayNats[0], closing),
    await startGateway(servers, gatewayNats[1], closing),
  ];
  const client = await openWorldClient(urls[0] ?? '', ADMIN);
  for (const app of ['crm', 'shop'] as const) {
    const { errors } = await client.importApp(app, DOCUMENTS[app]);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
  }
  const nameOf = (app: AppKey) => appName(client.app(app));
  const outside = {
    crm: await servers.openOutside('crm', nameOf('crm')),
    shop: await servers.openOutside('shop', nameOf('shop')),
  };
  return {
    ...{ ...servers, shards, gatewayNats },
    ask: ({ gateway, graph, ...asking }) =>
      ask(`${urls[gateway]}/apps/${nameOf(graph)}/graphql`, graph, asking),
    admin: {
      ...{ name: 'admin', userId: null, roles: [], isAdmin: true },
      tokens: { crm: client.adminToken, shop: client.adminToken },
    },
    async reader(name, roles) {
      const apps = (await catalog.snapshot()).apps;
      const userId = `user-${name}`;
      const claims = { roles: { [nameOf('crm')]: roles, [nameOf('shop')]: roles } };
      const sign = (app: AppKey) =>
        signAccessToken({
          ...{ issuer: 'rocket', audience: nameOf(app), subject: userId, claims, ttlSeconds: 3_600 },
          secret: apps.get(nameOf(app))?.tokenSecret ?? '',
        });
      const tokens = { crm: await sign('crm'), shop: await sign('shop') };
      return { name, userId, roles, isAdmin: false, tokens };
    },
    read: (app) => readState(app, outside[app]),
    isWriting: (app) => isWriting(outside[app]),
  };
}

/** Returns its URL. */
async function startGateway(
  { catalog, redis }: CheckedServers,
  nats: HangingRelay,
  closing: Closing,
): Promise<string> {
  const files = { credsFile: null, caFile: null, certFile: null, keyFile: null };
  const stream = { retentionDays: 7, replicas: 1, maxBytes: null };
  const bus = await openNatsBus({ ...files, stream, logger: LOGGER, name: 'gateway', servers: [nats.url] });
  closing.push(() => bus.close());
  const sharedCache = await openRedisCache({ url: redis.url, namespace: 'checked', logger: LOGGER });
  closing.push(() => sharedCache.close());
  const gateway = await createGateway({
    ...{ catalog, bus, sharedCache, view: await followCatalog(catalog, LOGGER) },
    shards: () => {
      throw new RocketError('SHARD_UNAVAILABLE', 'No shard is in this process');
    },
    ...{ config: loadConfig({}), logger: LOGGER, metrics: createMetrics() },
  });
  closing.push(() => gateway.close());
  return `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`;
}

async function ask(
  url: string,
  graph: AppKey,
  { reader, query, variables, token }: Omit<Ask, 'gateway' | 'graph'>,
): Promise<Reply> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(reader.tokens === null ? {} : { authorization: `Bearer ${reader.tokens[graph]}` }),
        ...(token === null ? {} : { 'x-rocket-consistency': token }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as {
      data?: Reply['data'];
      errors?: { message: string; extensions?: { code?: string } }[];
    };
    const error = body.errors?.[0];
    return {
      status: response.status,
      cache: response.headers.get('x-rocket-cache') ?? '',
      age: response.headers.get('age'),
      token: response.headers.get('x-rocket-consistency'),
      data: body.data ?? null,
      fault: error === undefined ? null : `${error.extensions?.code}: ${error.message}`,
    };
  } catch (error) {
    const fault = error instanceof Error ? error.message : String(error);
    return { status: 0, cache: '', age: null, token: null, data: null, fault };
  }
}
