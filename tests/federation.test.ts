/** The example apps as one graph: two shards, relations across apps, permissions on both sides. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, example, fieldOf, type World } from './harness/world.ts';

const CUSTOMER = 'c0000000-0000-4000-8000-000000000001';
const APPS = ['crm', 'ecommerce', 'helpdesk'] as const;

let world: World;
beforeAll(async () => {
  world = await createWorld();
  for (const app of APPS) expect((await world.importApp(app, await example(app))).errors).toEqual([]);
});
afterAll(() => world.dispose());

/** Names of other apps carry the app, which in a test world has a suffix. */
const prefix = (app: string) =>
  world
    .app(app)
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
const lower = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

describe('a query over two shards', () => {
  const nested = (root: string) => `query { ${root} { name orders { total items { product { name } } } } }`;

  it('is answered whole', async () => {
    const placements = (await world.catalog.snapshot()).shardMap.placements;
    const shards = ['crm', 'ecommerce'].map(
      (app) => [...placements.values()].find((p) => p.app === world.app(app))?.shard,
    );
    expect(new Set(shards).size).toBe(2);
    const answer = await world.askApp('crm', nested(`customer(id: "${CUSTOMER}")`));
    expect(answer.errors).toEqual([]);
    const customer = fieldOf<{
      name: string;
      orders: { total: string; items: { product: { name: string } }[] }[];
    }>(answer, 'customer');
    expect(customer.orders.length).toBeGreaterThan(1);
    for (const order of customer.orders) {
      expect(order.total).toMatch(/^\d+\.\d\d$/);
      for (const item of order.items) expect(item.product.name).not.toBe('');
    }
  });

  it('takes as many statements for 100 customers as for one', async () => {
    const count = async (query: string) => {
      const before = await Promise.all(APPS.map((app) => world.statements(app)));
      expect((await world.askApp('crm', query, { once: true })).errors).toEqual([]);
      const after = await Promise.all(APPS.map((app) => world.statements(app)));
      return after.map((each, index) => each - (before[index] ?? 0));
    };
    const one = await count(nested('customers(limit: 1)'));
    const many = await count(nested('customers(limit: 100)'));
    expect(one).toEqual([1, 1, 0]);
    expect(many).toEqual(one);
  });

  it('goes from the other side too', async () => {
    const answer = await world.askApp('ecommerce', `{ orders(limit: 5) { number customer { name email } } }`);
    expect(answer.errors).toEqual([]);
    for (const order of fieldOf<{ customer: { name: string } | null }[]>(answer, 'orders')) {
      expect(order.customer?.name).toEqual(expect.any(String));
    }
  });
});

describe('the graph of all apps', () => {
  it('answers one query over every app, with names that carry the app', async () => {
    const [crm, shop, desk] = APPS.map((app) => lower(prefix(app)));
    const answer = await world.ask(
      '/graphql',
      `{ ${crm}Customers(limit: 1) { name tickets(limit: 1) { title agent { name } } orders(limit: 1) { number } }
         ${shop}Products(limit: 1) { name } ${desk}AgentsConnection { totalCount } }`,
    );
    expect(answer.errors).toEqual([]);
    expect(Object.keys(answer.data ?? {})).toEqual([
      `${crm}Customers`,
      `${shop}Products`,
      `${desk}AgentsConnection`,
    ]);
  });
});

describe('the queries of the documentation', () => {
  const queries = ['../README.md', '../docs/front-end.md'].flatMap((page) => {
    const text = readFileSync(new URL(page, import.meta.url), 'utf8');
    const found = [...text.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, query = '']) => query);
    // Subscriptions are begun where the product itself is started.
    return found.filter((query) => !query.includes('mutation') && !query.startsWith('subscription'));
  });

  it.each(queries)('are answered without errors: %s', async (query) => {
    const { errors, data } = await world.askApp('crm', query);
    expect(errors).toEqual([]);
    expect(Object.keys(data ?? {})).not.toEqual([]);
  });
});

describe('a dangling reference', () => {
  it('is null and does not fail what is beside it', async () => {
    const created = await world.askApp(
      'ecommerce',
      `mutation { createOrder(input: { number: "X-1", customerId: "c0000000-0000-4000-8000-00000000ffff", total: "1.00", currency: EUR, placedAt: "2026-01-01T00:00:00Z" }) { order { id number customer { name } } errors { message } } }`,
    );
    expect(created.errors).toEqual([]);
    expect(created.data?.['createOrder']).toMatchObject({
      order: { number: 'X-1', customer: null },
      errors: [],
    });
  });
});

describe('permissions across apps', () => {
  it('are those of each app for the roles that the caller has there', async () => {
    const stranger = await world.signIn('crm', ['sales']);
    const query = '{ customers(limit: 1) { name orders { total } } }';
    const without = await world.askApp('crm', query, { token: stranger.token });
    expect(without.data).toMatchObject({ customers: [{ orders: null }] });
    expect(without.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);

    const colleague = await world.signIn('crm', ['sales', `${world.app('ecommerce')}:clerk`]);
    const granted = await world.askApp('crm', query, { token: colleague.token });
    expect(granted.errors).toEqual([]);
  });

  it('keep a token of one app out of the graph of another', async () => {
    const { token } = await world.signIn('helpdesk', ['agent']);
    const refused = await world.askApp('crm', '{ customers { name } }', { token });
    expect(refused.status).toBe(401);
    expect(refused.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(refused.errors[0]?.message).toContain(world.app('helpdesk'));
  });
});
