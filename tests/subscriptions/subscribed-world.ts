/** A desk of tickets and a shop with the customers of the tickets, and those who listen to both. */

import { type Listening, listen } from '../harness/listening.ts';
import { createWorld, fieldOf, type World } from '../harness/world.ts';

const id = { name: 'id', type: 'uuid' };
const entity = (name: string, fields: readonly object[], more: object = {}) => ({
  ...{ name, table: `${name}s`, fields: [id, ...fields], ...more },
  primary_key: { field: 'id', type: 'uuid', generated: true },
});
const text = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
const grant = (name: string, roles: readonly string[], more: object = {}) =>
  ['read', 'create', 'update', 'delete'].map((action) => ({
    ...{ entity: name, action, roles },
    ...(action === 'read' ? more : {}),
  }));

export const DESK = {
  version: 1,
  exports: ['ticket'],
  entities: [
    entity('ticket', [
      text('title', { required: true }),
      text('status', { enum: ['open', 'in_work', 'closed'] }),
      text('owner', { indexed: true }),
      { name: 'effort', type: 'decimal' },
      { name: 'customer_id', type: 'uuid' },
    ]),
    entity('reply', [text('body'), { name: 'ticket_id', type: 'uuid' }], { soft_delete: true }),
    entity('hidden', [text('code')]),
  ],
  relations: [
    {
      name: 'ticket_replies',
      type: 'one_to_many',
      source: 'ticket',
      target: 'reply',
      target_key: 'ticket_id',
    },
    {
      ...{ name: 'ticket_customer', type: 'one_to_many' },
      ...{ source: 'shop.customer', target: 'ticket', target_key: 'customer_id' },
    },
  ],
  permissions: [
    ...grant('ticket', ['agent', 'boss']),
    ...grant('reply', ['agent', 'boss']),
    {
      entity: 'ticket',
      action: 'read',
      roles: ['member'],
      conditions: [{ field: 'owner', operator: 'eq', value: { user: 'id' } }],
    },
    {
      entity: 'ticket',
      action: 'read',
      roles: ['public'],
      conditions: [{ field: 'status', operator: 'eq', value: 'open' }],
    },
  ],
};

export const SHOP = {
  version: 1,
  exports: ['customer'],
  entities: [entity('customer', [text('name')])],
  permissions: [...grant('customer', ['agent'])],
};

export interface SubscribedWorld {
  readonly world: World;
  /** Address of the desk's graph. */
  readonly url: string;
  /** Name in the desk's graph of what the shop has. */
  readonly shop: (name: string) => string;
  /** By the platform's admin unless a token is given; null for nobody. */
  listen(query: string, by?: ListenBy): Promise<Listening>;
  /** Runs a mutation that has one field, in the desk's graph, and returns its value. @throws for faults and errors */
  write(mutation: string, variables?: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>>;
  /** The key of a new ticket. */
  ticket(input: Readonly<Record<string, unknown>>): Promise<string>;
  patch(ticket: string, patch: Readonly<Record<string, unknown>>): Promise<void>;
  remove(ticket: string): Promise<void>;
}

export interface ListenBy {
  readonly token?: string | null;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly lastEventId?: string;
  /** Of another gateway. */
  readonly url?: string;
}

const CREATE =
  'mutation($input: TicketCreateInput!) { createTicket(input: $input) { ticket { id } errors { message } } }';
const PATCH =
  'mutation($id: ID!, $patch: TicketPatch!) { updateTicket(id: $id, patch: $patch) { ticket { id } errors { message } } }';
const REMOVE = 'mutation($id: ID!) { deleteTicket(id: $id) { ticket { id } errors { message } } }';

export async function createSubscribedWorld(
  environment: Readonly<Record<string, string>> = {},
): Promise<SubscribedWorld> {
  const world = await createWorld(environment);
  const path = `/apps/${world.app('desk')}/graphql`;
  for (const [name, document] of [
    ['shop', SHOP],
    ['desk', DESK],
  ] as const) {
    const { errors } = await world.importApp(name, document);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
  }
  const write: SubscribedWorld['write'] = async (mutation, variables = {}) => {
    const answer = await world.ask(path, mutation, { variables, once: true });
    const [name = ''] = Object.keys(answer.data ?? {});
    const value = fieldOf<Record<string, unknown> & { errors?: unknown[] }>(answer, name);
    if ((value.errors ?? []).length > 0) throw new Error(JSON.stringify(value.errors));
    return value;
  };
  return {
    ...{ world, write, url: `${world.url}${path}` },
    shop: (name) => prefixed(world.app('shop'), name),
    listen: (query, { token = world.adminToken, url = world.url, ...more } = {}) =>
      listen({ ...more, url: `${url}${path}`, token, query }),
    ticket: async (input) =>
      fieldOf<{ id: string }>({ data: await write(CREATE, { input }), errors: [], status: 200 }, 'ticket').id,
    patch: async (ticket, patch) => void (await write(PATCH, { id: ticket, patch })),
    remove: async (ticket) => void (await write(REMOVE, { id: ticket })),
  };
}

function prefixed(app: string, name: string): string {
  const camel = app.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return `${camel}${name}`;
}
