/** Ways into the two apps: through gateways as one of several readers, and past the product to what is stored. */
import { signAccessToken } from '@rocket/platform';
import { type AppName, appName } from '@rocket/schema';
import { openWorldClient, type WorldClient } from '../../../harness/world-client.ts';
import { type AppKey, DOCUMENTS } from './checked-apps.ts';
import { ADMIN, type CheckedServers } from './checked-servers.ts';
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

export interface CheckedAccess extends Pick<WorldClient, 'importApp'> {
  /** Never rejects. */
  ask(asking: Ask): Promise<Reply>;
  /** Path of an app's graph at each gateway. */
  path(graph: AppKey): string;
  readonly admin: Reader;
  /** Someone with these roles in both apps. */
  reader(name: string, roles: readonly string[]): Promise<Reader>;
  /** What is in the database. */
  read(app: AppKey): Promise<State>;
  isWriting(app: AppKey): Promise<boolean>;
}

/** Imports the apps. @param urls of the two gateways */
export async function openAccess(
  { catalog, openOutside }: CheckedServers,
  urls: readonly [string, string],
): Promise<CheckedAccess> {
  const client = await openWorldClient(urls[0], ADMIN);
  for (const app of ['crm', 'shop'] as const) {
    const { errors } = await client.importApp(app, DOCUMENTS[app]);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
  }
  const nameOf = (app: AppKey): AppName => appName(client.app(app));
  const path = (graph: AppKey) => `/apps/${nameOf(graph)}/graphql`;
  const outside = {
    crm: await openOutside('crm', nameOf('crm')),
    shop: await openOutside('shop', nameOf('shop')),
  };
  return {
    ...{ path, importApp: client.importApp },
    ask: ({ gateway, graph, ...asking }) => ask(`${urls[gateway]}${path(graph)}`, graph, asking),
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
