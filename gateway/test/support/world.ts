/** A gateway over a real catalog, with shards in memory that serve every app by the schema of the asked revision. */
import {
  type Catalog,
  createInProcessBus,
  createLogger,
  createMetrics,
  followCatalog,
  loadConfig,
  noSharedCache,
  openCatalog,
  type SharedCache,
} from '@rocket/platform';
import {
  type AppName,
  type CallContext,
  isAppName,
  type Lsn,
  type SubgraphOperation,
  shardName,
} from '@rocket/schema';
import { createTestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { SHARED_THREADS } from '../../../tests/harness/shared-threads.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/index.ts';
import { memoryShard } from './memory-shard.ts';

export const ADMIN = { email: 'admin@localhost', password: 'a long password' };

/** What the fake shard does before it serves; throws to refuse. */
type Intercept = (context: CallContext, operation: SubgraphOperation) => void | Promise<void>;

export interface World {
  readonly url: string;
  readonly catalog: Catalog;
  readonly gateway: Gateway;
  readonly calls: CallContext[];
  /** The operations of the calls. */
  readonly operations: SubgraphOperation[];
  intercept: Intercept;
  /** What the shard says that its next answers have committed. */
  committed: Lsn | null;
  platformToken(): Promise<string>;
  importApp(name: string, document: unknown): Promise<void>;
  /** Starts one more gateway over the same catalog and shard. */
  another(): Promise<{ readonly url: string; close(): Promise<void> }>;
  close(): Promise<void>;
}

export async function createWorld(
  more: Partial<GatewayOptions['config']> = {},
  sharedCache: SharedCache = noSharedCache(),
  logger = createLogger({ level: 'silent', name: 'test' }),
): Promise<World> {
  const database = await createTestDatabase();
  const catalog = await openCatalog({ url: database.url, logger });
  await catalog.platformUsers.add(ADMIN);
  await catalog.addShard({ name: shardName('s1'), databaseUrl: database.url, url: null });
  const calls: CallContext[] = [];
  const operations: SubgraphOperation[] = [];
  const state: { intercept: Intercept; committed: Lsn | null } = {
    intercept: () => undefined,
    committed: null,
  };
  const service = memoryShard(catalog, async (context, operation) => {
    calls.push(context);
    operations.push(operation);
    await state.intercept(context, operation);
    return state.committed;
  });
  const startGateway = async () =>
    createGateway({
      catalog,
      view: await followCatalog(catalog, logger),
      shards: () => service,
      sharedCache,
      config: { ...loadConfig({}), maxBodyBytes: 100_000, requestTimeoutMs: 10_000, ...more },
      ...{ bus: createInProcessBus({ logger }), logger, metrics: createMetrics(), threads: SHARED_THREADS },
    });
  const gateway = await startGateway();
  const url = `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`;
  return {
    url,
    catalog,
    gateway,
    calls,
    operations,
    get committed() {
      return state.committed;
    },
    set committed(value) {
      state.committed = value;
    },
    get intercept() {
      return state.intercept;
    },
    set intercept(value) {
      state.intercept = value;
    },
    platformToken: () => platformToken(url),
    importApp: (name, document) => importApp(url, name, document),
    another: async () => {
      const second = await startGateway();
      return {
        url: `http://127.0.0.1:${await second.listen(0, '127.0.0.1')}`,
        close: () => second.close(),
      };
    },
    close: async () => {
      await gateway.close();
      await catalog.close();
      await database.dispose();
    },
  };
}

async function platformToken(url: string): Promise<string> {
  const { accessToken } = await postJson<{ accessToken: string }>(`${url}/auth/login`, ADMIN);
  return accessToken;
}

async function importApp(url: string, name: string, document: unknown): Promise<void> {
  const query =
    'mutation ($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }';
  const { errors } = await postJson<{ errors?: unknown }>(
    `${url}/admin/graphql`,
    { query, variables: { name, document } },
    { authorization: `Bearer ${await platformToken(url)}` },
  );
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
}

async function postJson<T>(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

/** A document of one entity with a name and the given further text fields. */
export function documentOf(
  entity: string,
  fields: readonly string[] = [],
  more: Record<string, unknown> = {},
) {
  return {
    version: 1,
    entities: [
      {
        name: entity,
        table: `${entity}s`,
        primary_key: { field: 'id', type: 'uuid', generated: true },
        fields: ['id', 'name', ...fields].map((name) => ({ name, type: name === 'id' ? 'uuid' : 'string' })),
      },
    ],
    permissions: [{ entity, action: 'read', roles: ['public'] }],
    exports: [entity],
    ...more,
  };
}

export function app(name: string): AppName {
  if (isAppName(name)) return name;
  throw new Error(`${name} is no app name`);
}
