/** A gateway over a real catalog, with shards in memory that serve every app by the schema of the asked revision. */
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type Catalog, createLogger, createMetrics, openCatalog } from '@rocket/platform';
import {
  type AppName,
  buildModel,
  type CallContext,
  type GraphRevisionId,
  isAppName,
  RocketError,
  type ShardService,
  shardName,
  subgraphSdl,
} from '@rocket/schema';
import type { GraphQLSchema } from 'graphql';
import { createTestDatabase } from '../../../tests/harness/postgres.ts';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/index.ts';
import { execute, parse } from './graphql.ts';

export const ADMIN = { email: 'admin@localhost', password: 'a long password' };

/** What the fake shard does before it serves; throws to refuse. */
type Intercept = (context: CallContext) => void | Promise<void>;

export interface World {
  readonly url: string;
  readonly catalog: Catalog;
  readonly gateway: Gateway;
  readonly calls: CallContext[];
  intercept: Intercept;
  platformToken(): Promise<string>;
  importApp(name: string, document: unknown): Promise<void>;
  /** Starts one more gateway over the same catalog and shard. */
  another(): Promise<{ readonly url: string; close(): Promise<void> }>;
  close(): Promise<void>;
}

export async function createWorld(more: Partial<GatewayOptions['config']> = {}): Promise<World> {
  const database = await createTestDatabase();
  const logger = createLogger({ level: 'silent', name: 'test' });
  const catalog = await openCatalog({ url: database.url, logger });
  await catalog.platformUsers.add(ADMIN);
  await catalog.addShard({ name: shardName('s1'), databaseUrl: database.url, url: null });
  const calls: CallContext[] = [];
  const state: { intercept: Intercept } = { intercept: () => undefined };
  const service = fakeShard(catalog, async (context) => {
    calls.push(context);
    await state.intercept(context);
  });
  const startGateway = () =>
    createGateway({
      catalog,
      shards: () => service,
      config: { introspection: true, maxBodyBytes: 100_000, requestTimeoutMs: 10_000, ...more },
      logger,
      metrics: createMetrics(),
    });
  const gateway = await startGateway();
  const url = `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`;
  const platformToken = async () => {
    const response = await fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ADMIN),
    });
    const { accessToken } = (await response.json()) as { accessToken: string };
    return accessToken;
  };
  return {
    url,
    catalog,
    gateway,
    calls,
    get intercept() {
      return state.intercept;
    },
    set intercept(value) {
      state.intercept = value;
    },
    platformToken,
    importApp: async (name, document) => {
      const response = await fetch(`${url}/admin/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await platformToken()}` },
        body: JSON.stringify({
          query:
            'mutation ($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) { outcome } }',
          variables: { name, document },
        }),
      });
      const { errors } = (await response.json()) as { errors?: unknown };
      if (errors !== undefined) throw new Error(JSON.stringify(errors));
    },
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

/** Every record is `{id: "1", name: "<type>"}`; users are kept in a map. */
function fakeShard(catalog: Catalog, before: (context: CallContext) => Promise<void>): ShardService {
  const schemas = new Map<string, Promise<GraphQLSchema>>();
  const users = new Map<string, { password: string; roles: Record<string, readonly string[]> }>();
  const session = (key: string, email: string) => ({
    user: { id: `id-of-${email}`, email, roles: users.get(key)?.roles ?? {}, active: true },
    refreshToken: key,
  });
  return {
    async execute(context, { query, document, variables }) {
      await before(context);
      const key = `${context.app}@${context.graph}`;
      const schema = schemas.get(key) ?? schemaOf(catalog, context.app, context.graph);
      schemas.set(key, schema);
      return await execute({
        schema: await schema,
        document: document ?? parse(query),
        ...(variables === undefined ? {} : { variableValues: variables }),
        fieldResolver: (source: Record<string, unknown> | undefined, _args, _context, info) => {
          if (source !== undefined && Object.hasOwn(source, info.fieldName)) return source[info.fieldName];
          if (String(info.returnType).startsWith('[')) return [];
          return source === undefined ? { id: '1', name: info.fieldName } : info.fieldName;
        },
      });
    },
    activate: async () => ({ changes: [], rowsInserted: 0 }),
    removeApp: async () => undefined,
    users: {
      async login({ app }, { email, password }) {
        const key = `${app}/${email}`;
        if (users.get(key)?.password !== password)
          throw new RocketError('UNAUTHENTICATED', 'Wrong e-mail or password');
        return session(key, email);
      },
      async refresh(_at, { refreshToken }) {
        if (!users.has(refreshToken)) throw new RocketError('UNAUTHENTICATED');
        return session(refreshToken, refreshToken.split('/')[1] ?? '');
      },
      logout: async () => undefined,
      list: async () => [],
      async add({ app }, { email, password, roles }) {
        const key = `${app}/${email}`;
        users.set(key, { password, roles });
        return session(key, email).user;
      },
      remove: async () => undefined,
    },
  };
}

async function schemaOf(catalog: Catalog, app: AppName, graph: GraphRevisionId): Promise<GraphQLSchema> {
  const { home, members } = await catalog.graphRevision(graph);
  const models = await Promise.all(
    members.map(async (member) => {
      const { document } = await catalog.revision(member.app, member.revision);
      return [member.app, buildModel(document, member.app)] as const;
    }),
  );
  const graphModels = { home, members: new Map(models) };
  const model = graphModels.members.get(app);
  if (model === undefined) throw new Error(`app ${app} is not in the graph`);
  return buildSubgraphSchema(parse(subgraphSdl(model, graphModels)));
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
