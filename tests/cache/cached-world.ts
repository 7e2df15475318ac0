/** Two apps that refer to each other, and callers who look at the headers of answers. */
import { createWorld, type World } from '../harness/world.ts';

const key = (name: string) => ({ name, type: 'uuid', nullable: true });
const text = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
const entity = (name: string, fields: readonly object[], more: object = {}) => ({
  name,
  table: `${name}s`,
  primary_key: { field: 'id', type: 'uuid', generated: true },
  fields: [{ name: 'id', type: 'uuid' }, ...fields],
  ...more,
});
const grant = (entityName: string, role: string, more: object = {}) =>
  ['read', 'create', 'update', 'delete'].map((action) => ({
    entity: entityName,
    action,
    roles: [role],
    ...(action === 'read' ? more : {}),
  }));

/** Customers that are there from the start. */
export const CROWD = Array.from(
  { length: 1_001 },
  (_, at) => `c0000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
);

export const CRM = {
  exports: ['customer'],
  sample_data: { customer: CROWD.map((id, at) => ({ id, name: `C${at}` })) },
  version: 1,
  entities: [
    entity('customer', [text('name'), text('email', { unique: true }), text('owner', { indexed: true })]),
    entity('note', [text('body'), key('customer_id')], { soft_delete: true }),
    entity('secret', [text('code')], { cache: { policy: 'no_store' } }),
    entity('news', [text('title')], { cache: { policy: 'public', ttl_seconds: 60 } }),
    entity('diary', [text('line')], { cache: { policy: 'private' } }),
    entity('label', [text('name')]),
  ],
  relations: [
    {
      name: 'customer_notes',
      type: 'one_to_many',
      source: 'customer',
      target: 'note',
      target_key: 'customer_id',
    },
    {
      name: 'customer_labels',
      type: 'many_to_many',
      source: 'customer',
      target: 'label',
      join_table: 'customer_labels',
      source_join_key: 'customer_id',
      target_join_key: 'label_id',
    },
  ],
  permissions: [
    ...['note', 'secret', 'news', 'diary', 'label'].flatMap((name) => grant(name, 'sales')),
    ...grant('customer', 'sales'),
    ...grant('customer', 'boss'),
    { entity: 'note', action: 'read', roles: ['boss'] },
    {
      entity: 'customer',
      action: 'read',
      roles: ['seller'],
      conditions: [{ field: 'owner', operator: 'eq', value: { user: 'id' } }],
    },
    { entity: 'news', action: 'read', roles: ['public'] },
  ],
};

const SHOP = {
  version: 1,
  entities: [entity('order', [text('status', { indexed: true }), key('customer_id')])],
  relations: [
    {
      name: 'customer_orders',
      type: 'one_to_many',
      source: 'crm.customer',
      target: 'order',
      target_key: 'customer_id',
    },
  ],
  permissions: [...grant('order', 'clerk'), { entity: 'order', action: 'read', roles: ['public'] }],
};

export interface Reply {
  readonly status: number;
  /** `hit; memory`, `miss; new` ... */
  readonly cache: string;
  readonly headers: Headers;
  readonly body: { readonly data?: Record<string, unknown> | null; readonly errors?: readonly unknown[] };
}

export interface AskedBy {
  readonly url?: string;
  /** By default the platform's admin; null for nobody. */
  readonly token?: string | null;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CachedWorld {
  readonly world: World;
  /** POST to the graph of the app crm. */
  ask(query: string, by?: AskedBy): Promise<Reply>;
  get(query: string, by?: AskedBy): Promise<Reply>;
  /** Asks until the answer is kept and given. */
  warm(query: string, by?: AskedBy): Promise<Reply>;
  /** Runs a mutation that has one field, and returns its value. */
  write(mutation: string, by?: AskedBy): Promise<Record<string, unknown>>;
}

export async function createCachedWorld(
  environment: Readonly<Record<string, string>> = {},
): Promise<CachedWorld> {
  const world = await createWorld(environment);
  for (const [name, document] of [
    ['crm', CRM],
    ['shop', SHOP],
  ] as const) {
    const { errors } = await world.importApp(name, document);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
  }
  const path = `/apps/${world.app('crm')}/graphql`;
  const headersOf = ({ token = world.adminToken, headers = {} }: AskedBy) => ({
    'content-type': 'application/json',
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...headers,
  });
  const ask: CachedWorld['ask'] = async (query, by = {}) =>
    await replyOf(
      await fetch(`${by.url ?? world.url}${path}`, {
        method: 'POST',
        headers: headersOf(by),
        body: JSON.stringify({ query, variables: by.variables ?? {} }),
      }),
    );
  return {
    world,
    ask,
    async get(query, by = {}) {
      const search = new URLSearchParams({ query, variables: JSON.stringify(by.variables ?? {}) });
      return await replyOf(
        await fetch(`${by.url ?? world.url}${path}?${search}`, { headers: headersOf(by) }),
      );
    },
    async warm(query, by) {
      for (let tries = 0; tries < MAX_TRIES; tries += 1) {
        const reply = await ask(query, by);
        if (reply.cache.startsWith('hit')) return reply;
        if (reply.body.errors !== undefined) throw new Error(JSON.stringify(reply.body.errors));
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
      throw new Error(`It is not kept: ${query}`);
    },
    async write(mutation, by) {
      const reply = await ask(mutation, by);
      const [value] = Object.values(reply.body.data ?? {});
      if (reply.body.errors !== undefined || value === null || typeof value !== 'object')
        throw new Error(JSON.stringify(reply.body));
      return { ...value, token: reply.headers.get('x-rocket-consistency') };
    },
  };
}

const MAX_TRIES = 200;
const PAUSE_MS = 50;

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  return {
    status: response.status,
    cache: response.headers.get('x-rocket-cache') ?? '',
    headers: response.headers,
    body: text === '' ? {} : JSON.parse(text),
  };
}
