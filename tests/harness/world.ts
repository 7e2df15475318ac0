/**
 * A whole installation in one process, on the test run's Postgres: catalog, two shards, gateway over HTTP. App names get
 * a suffix of their own, since all worlds of a run share one server and an app's database is named after it.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGateway } from '@rocket/gateway';
import {
  type Catalog,
  createLogger,
  createMetrics,
  dropDatabase,
  loadConfig,
  openCatalog,
} from '@rocket/platform';
import { parseJson, RocketError, shardName } from '@rocket/schema';
import { createShard, createShardMetrics, type Shard } from '@rocket/subgraphs';
import { createTestDatabase } from './postgres.ts';
import { sameAnswer } from './same-answer.ts';

const ADMIN = { email: 'admin@example.org', password: 'an-admin-password' };
const ADMIN_PATH = '/admin/graphql';
const SHARDS = ['s1', 's2'];
const SUFFIX_BYTES = 4;

export interface GraphqlAnswer {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly {
    message: string;
    path?: (string | number)[];
    extensions: Record<string, unknown>;
  }[];
}

export interface World {
  readonly url: string;
  readonly catalog: Catalog;
  /** Access token of a platform admin. */
  readonly adminToken: string;
  /** The name an app goes by in this world. */
  app(name: string): string;
  /** Imports a document; its references to other apps follow their names. */
  importApp(name: string, document: unknown): Promise<GraphqlAnswer>;
  /** Adds a user to an app and signs him in. */
  signIn(name: string, roles: readonly string[]): Promise<{ token: string; userId: string }>;
  /** Sends a query three times and expects one answer, unless told otherwise; numbers are exact. */
  ask(path: string, query: string, options?: AskOptions): Promise<GraphqlAnswer>;
  /** `ask` on an app's own graph, as platform admin unless a token is given. */
  askApp(name: string, query: string, options?: AskOptions): Promise<GraphqlAnswer>;
  /** SQL statements that the shards have sent for an app. */
  statements(name: string): Promise<number>;
  /** Starts one more gateway over the same catalog and shards. */
  another(): Promise<{ readonly url: string; close(): Promise<void> }>;
  dispose(): Promise<void>;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Null asks without one. */
  readonly token?: string | null;
  readonly operationName?: string;
  /** For what is counted, or differs by nature. */
  readonly once?: boolean;
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

/** @param environment settings of its processes */
export async function createWorld(environment: Readonly<Record<string, string>> = {}): Promise<World> {
  const test = await createTestDatabase();
  const logger = createLogger({ level: 'silent', name: 'test' });
  const config = loadConfig(environment);
  const catalog = await openCatalog({ url: test.url, logger });
  const metrics = createMetrics();
  const shardMetrics = createShardMetrics(metrics);
  const shards = new Map<string, Shard>();
  for (const name of SHARDS) {
    await catalog.addShard({ name: shardName(name), databaseUrl: test.serverUrl, url: null });
    shards.set(
      name,
      await createShard({ name: shardName(name), catalog, config, logger, metrics: shardMetrics }),
    );
  }
  await catalog.platformUsers.add(ADMIN);
  const directory = (record: { name: string }) => {
    const shard = shards.get(record.name);
    if (shard === undefined) throw new RocketError('SHARD_UNAVAILABLE', `Shard ${record.name} is not here`);
    return shard;
  };
  const startGateway = (measured = createMetrics()) =>
    createGateway({ catalog, shards: directory, config, logger, metrics: measured });
  const gateway = await startGateway(metrics);
  const url = `http://127.0.0.1:${await gateway.listen(0, '127.0.0.1')}`;
  const suffix = randomBytes(SUFFIX_BYTES).toString('hex');
  const nameOf = (name: string) => `${name}_${suffix}`;
  const adminToken = await login(url, ADMIN);

  const ask: World['ask'] = async (path, query, options = {}) => {
    const { variables = {}, token = adminToken, operationName, once = path === ADMIN_PATH } = options;
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const send = async () => {
      const { status, body } = await postJson(`${url}${path}`, { query, variables, operationName }, headers);
      return { status, data: body.data ?? null, errors: body.errors ?? [] };
    };
    return once ? await send() : await sameAnswer(query, send);
  };
  return {
    url,
    catalog,
    adminToken,
    app: nameOf,
    ask,
    askApp: (name, query, options) => ask(`/apps/${nameOf(name)}/graphql`, query, options),
    importApp: (name, document) => {
      const text = JSON.stringify(document).replace(
        /"source":"([a-z_]+)\./g,
        (_, app: string) => `"source":"${nameOf(app)}.`,
      );
      const query = `mutation($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) {
        outcome changes rowsInserted summary warnings { path message } app { shard { name } } } }`;
      return ask('/admin/graphql', query, { variables: { name: nameOf(name), document: JSON.parse(text) } });
    },
    signIn: async (name, roles) => {
      const email = `${randomBytes(SUFFIX_BYTES).toString('hex')}@example.org`;
      const password = 'a-user-password';
      const added = await ask(
        '/admin/graphql',
        'mutation($app: ID!, $email: String!, $password: String!, $roles: [String!]!) { addUser(app: $app, email: $email, password: $password, roles: $roles) { id } }',
        { variables: { app: nameOf(name), email, password, roles } },
      );
      const user = added.data?.['addUser'] as { id: string } | undefined;
      if (user === undefined) throw new Error(JSON.stringify(added.errors));
      return { userId: user.id, token: await login(url, { app: nameOf(name), email, password }) };
    },
    statements: async (name) => {
      const { body } = await metrics.render();
      const line = body
        .split('\n')
        .find((each) => each.startsWith(`rocket_sql_statements_total{app="${nameOf(name)}"}`));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    another: async () => {
      const second = await startGateway();
      const port = await second.listen(0, '127.0.0.1');
      return { url: `http://127.0.0.1:${port}`, close: () => second.close() };
    },
    dispose: async () => {
      const { shardMap } = await catalog.snapshot();
      await gateway.close();
      for (const shard of shards.values()) await shard.close();
      await catalog.close();
      for (const { database } of shardMap.placements.values()) await dropDatabase(test.serverUrl, database);
      await test.dispose();
    },
  };
}

async function login(url: string, credentials: Readonly<Record<string, string>>): Promise<string> {
  const { status, body } = await postJson(`${url}/auth/login`, credentials, {});
  if (typeof body.accessToken !== 'string')
    throw new Error(`Login answered ${status}: ${JSON.stringify(body)}`);
  return body.accessToken;
}

interface JsonBody {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: GraphqlAnswer['errors'];
  readonly accessToken?: string;
}

async function postJson(
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<{ status: number; body: JsonBody }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (parseJson(text) as JsonBody) };
}
