import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

const IMPORT = `mutation ($name: ID!, $document: JSON!) {
  importApp(name: $name, document: $document) { outcome app { name revision shard { name } refersTo } warnings { path } }
}`;

async function admin(query: string, variables: Record<string, unknown> = {}) {
  return await ask(
    `${world.url}/admin/graphql`,
    { query, variables },
    { authorization: `Bearer ${await world.platformToken()}` },
  );
}

const ORDERS_RELATION = {
  name: 'customer_orders',
  type: 'one_to_many',
  source: 'crm.customer',
  target: 'order',
  target_key: 'customer_id',
};
/** The shop's order holds the key of crm's customer. */
const ORDERS = documentOf('order', [], {
  entities: [
    {
      name: 'order',
      table: 'orders',
      primary_key: { field: 'id', type: 'uuid', generated: true },
      fields: [
        { name: 'id', type: 'uuid' },
        { name: 'customer_id', type: 'uuid' },
      ],
    },
  ],
  relations: [ORDERS_RELATION],
});

describe('graphs', () => {
  it('are served without apps', async () => {
    expect((await ask(`${world.url}/graphql`, { query: '{ __typename }' })).data).toEqual({
      __typename: 'Query',
    });
    expect((await fetch(`${world.url}/ready`)).status).toBe(200);
  });

  it('hold an app from the moment its import is answered', async () => {
    const created = await admin(IMPORT, { name: 'crm', document: documentOf('customer') });
    expect(created.errors).toEqual([]);
    expect(created.data).toMatchObject({
      importApp: { outcome: 'created', app: { name: 'crm', revision: 1, shard: { name: 's1' } } },
    });
    expect(
      (await ask(`${world.url}/graphql`, { query: '{ crmCustomer(id: "1") { name } }' })).errors,
    ).toEqual([]);
    const again = await admin(IMPORT, { name: 'crm', document: documentOf('customer') });
    expect(again.data).toMatchObject({ importApp: { outcome: 'unchanged', app: { revision: 1 } } });
  });

  it('refuse a document whole, with paths, and go on as before', async () => {
    const broken = await admin(IMPORT, {
      name: 'crm',
      document: { ...documentOf('customer'), exports: ['nobody'] },
    });
    expect(broken.errors[0]?.extensions?.['code']).toBe('DOCUMENT_INVALID');
    expect(broken.errors[0]?.extensions?.['faults']).toMatchObject([{ path: '$.exports[0]' }]);
    expect(
      (await ask(`${world.url}/apps/crm/graphql`, { query: '{ customer(id: "1") { name } }' })).errors,
    ).toEqual([]);
  });

  it('check relations between apps in both directions', async () => {
    const early = await admin(IMPORT, {
      name: 'shop',
      document: { ...ORDERS, relations: [{ ...ORDERS_RELATION, source: 'crm.nobody' }] },
    });
    expect(early.errors[0]?.extensions?.['faults']).toMatchObject([{ path: '$.relations[0].source' }]);
    const linked = await admin(IMPORT, { name: 'shop', document: ORDERS });
    expect([linked.errors, linked.data]).toMatchObject([
      [],
      { importApp: { outcome: 'created', app: { refersTo: ['crm'] } } },
    ]);
    expect(
      (await ask(`${world.url}/apps/crm/graphql`, { query: '{ customer(id: "1") { orders { id } } }' }))
        .errors,
    ).toEqual([]);
    const breaking = await admin(IMPORT, {
      name: 'crm',
      document: { ...documentOf('customer'), exports: [] },
    });
    expect(breaking.errors[0]?.extensions?.['faults']).toMatchObject([{ path: '$.exports' }]);
    const removal = await admin('mutation { removeApp(name: "crm") { removed } }');
    expect(removal.errors[0]?.extensions?.['code']).toBe('CONFLICT');
  });

  it('are replaced under load without a failed request', async () => {
    const failures: string[] = [];
    let asked = 0;
    let loading = true;
    const load = async () => {
      while (loading) {
        const { status, text, errors } = await ask(`${world.url}/apps/crm/graphql`, {
          query: '{ customer(id: "1") { id name } }',
        });
        asked += 1;
        if (status !== 200 || errors.length > 0) failures.push(text);
      }
    };
    const clients = [load(), load(), load()];
    try {
      for (const fields of [['a'], ['a', 'b'], ['a', 'b', 'c']]) {
        const updated = await admin(IMPORT, { name: 'crm', document: documentOf('customer', fields) });
        expect(updated.errors).toEqual([]);
        const query = `{ customer(id: "1") { ${fields.join(' ')} } }`;
        expect((await ask(`${world.url}/apps/crm/graphql`, { query })).errors).toEqual([]);
      }
    } finally {
      loading = false;
      await Promise.all(clients);
    }
    expect(failures).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  });

  it('exist by name, with the apps they list', async () => {
    expect((await admin('mutation { putGraph(name: "sales", apps: ["crm"]) { url } }')).data).toEqual({
      putGraph: { url: '/graphs/sales/graphql' },
    });
    const url = `${world.url}/graphs/sales/graphql`;
    expect((await ask(url, { query: '{ crmCustomer(id: "1") { id } }' })).errors).toEqual([]);
    expect((await ask(url, { query: '{ shopOrder(id: "1") { id } }' })).status).toBe(400);
    await admin('mutation { removeGraph(name: "sales") }');
    expect((await ask(url, { query: '{ __typename }' })).status).toBe(404);
  });

  it('are listed, and go with their app', async () => {
    const listed = await admin(
      '{ apps { name entityCount state url } shards { name healthy apps } graphs { name url } platformUsers { email } }',
    );
    expect(listed.data).toMatchObject({
      apps: [{ name: 'crm', entityCount: 1, state: 'active' }, { name: 'shop' }],
      shards: [{ name: 's1', healthy: true, apps: ['crm', 'shop'] }],
      graphs: [{ name: 'main', url: '/graphql' }],
    });
    expect((await admin('mutation { removeApp(name: "shop") { removed } }')).data).toEqual({
      removeApp: { removed: true },
    });
    expect((await ask(`${world.url}/apps/shop/graphql`, { query: '{ __typename }' })).status).toBe(404);
    expect(
      (await ask(`${world.url}/apps/crm/graphql`, { query: '{ customer(id: "1") { orders { id } } }' }))
        .status,
    ).toBe(400);
  });
});
