/** What tests ask of a world over HTTP. */
import { randomBytes } from 'node:crypto';
import { parseJson } from '@rocket/schema';
import { sameAnswer } from './same-answer.ts';

const ADMIN_PATH = '/admin/graphql';
const SUFFIX_BYTES = 4;

type Credentials = Readonly<Record<string, string>>;

export interface GraphqlAnswer {
  readonly status: number;
  readonly data: Record<string, unknown> | null;
  readonly errors: readonly {
    message: string;
    path?: (string | number)[];
    extensions: Record<string, unknown>;
  }[];
}

export interface WorldClient {
  /** Access token of a platform admin. */
  readonly adminToken: string;
  /** The name an app goes by in this world. */
  app(name: string): string;
  /** Imports a document; its references to other apps follow their names. */
  importApp(name: string, document: unknown): Promise<GraphqlAnswer>;
  /** Adds a user to an app and signs them in. */
  signIn(name: string, roles: readonly string[]): Promise<{ token: string; userId: string }>;
  /** Sends a query three times and expects one answer, unless told otherwise; numbers are exact. */
  ask(path: string, query: string, options?: AskOptions): Promise<GraphqlAnswer>;
  /** `ask` on an app's own graph, as platform admin unless a token is given. */
  askApp(name: string, query: string, options?: AskOptions): Promise<GraphqlAnswer>;
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Null asks without one. */
  readonly token?: string | null;
  readonly operationName?: string;
  /** For what is counted, or differs by nature. */
  readonly once?: boolean;
}

/** What tests do over HTTP, as the platform's admin unless they say otherwise. */
export async function openWorldClient(url: string, admin: Credentials): Promise<WorldClient> {
  const suffix = randomBytes(SUFFIX_BYTES).toString('hex');
  const nameOf = (name: string) => `${name}_${suffix}`;
  const adminToken = await login(url, admin);
  const ask: WorldClient['ask'] = async (path, query, options = {}) => {
    const { variables = {}, token = adminToken, operationName, once = path === ADMIN_PATH } = options;
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const send = async () => {
      const { status, body } = await postJson(`${url}${path}`, { query, variables, operationName }, headers);
      return { status, data: body.data ?? null, errors: body.errors ?? [] };
    };
    return once ? await send() : await sameAnswer(query, send);
  };
  return {
    adminToken,
    app: nameOf,
    ask,
    askApp: (name, query, options) => ask(`/apps/${nameOf(name)}/graphql`, query, options),
    importApp: (name, document) => {
      const text = JSON.stringify(document).replace(
        /"source":"([a-z_]+)\./g,
        (_, app: string) => `"source":"${nameOf(app)}.`,
      );
      const variables = { name: nameOf(name), document: JSON.parse(text) };
      return ask(ADMIN_PATH, IMPORT_APP, { variables });
    },
    signIn: async (name, roles) => {
      const email = `${randomBytes(SUFFIX_BYTES).toString('hex')}@example.org`;
      const password = 'a-user-password';
      const added = await ask(ADMIN_PATH, ADD_USER, {
        variables: { app: nameOf(name), email, password, roles },
      });
      const user = added.data?.['addUser'] as { id: string } | undefined;
      if (user === undefined) throw new Error(JSON.stringify(added.errors));
      return { userId: user.id, token: await login(url, { app: nameOf(name), email, password }) };
    },
  };
}

const IMPORT_APP = `mutation($name: ID!, $document: JSON!) { importApp(name: $name, document: $document) {
  outcome changes rowsInserted summary warnings { path message } app { shard { name } } } }`;
const ADD_USER = `mutation($app: ID!, $email: String!, $password: String!, $roles: [String!]!) {
  addUser(app: $app, email: $email, password: $password, roles: $roles) { id } }`;

async function login(url: string, credentials: Credentials): Promise<string> {
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
