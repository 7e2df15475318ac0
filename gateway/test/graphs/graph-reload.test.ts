import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http.ts';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(async () => {
  await world.close();
});

const asks = (fields: string) =>
  ask(`${world.url}/apps/crm/graphql`, { query: `{ customer(id: "1") { ${fields} } }` });

describe('a graph that could not be replaced', () => {
  it('serves its old revision, and is tried again without another change', async () => {
    expect((await asks('name')).errors).toEqual([]);
    const { putGraphRevision } = world.catalog;
    world.catalog.putGraphRevision = () => Promise.reject(new Error('the catalog is away'));
    try {
      await world.importApp('crm', documentOf('customer', ['email']));
      expect((await asks('name')).errors).toEqual([]);
      expect((await asks('email')).status).toBe(400);
    } finally {
      world.catalog.putGraphRevision = putGraphRevision;
    }
    await expect.poll(async () => (await asks('email')).status, { timeout: 10_000 }).toBe(200);
  });
});

describe('a graph that is being loaded for the first time', () => {
  it('is of the new revision once an import has been answered', async () => {
    await world.importApp('shop', documentOf('product'));
    const url = `${world.url}/apps/shop/graphql`;
    const { putGraphRevision } = world.catalog;
    const { promise: mayLoad, resolve: letLoad } = Promise.withResolvers<void>();
    const { promise: began, resolve: begin } = Promise.withResolvers<void>();
    let held = 0;
    world.catalog.putGraphRevision = async (graph) => {
      await putGraphRevision(graph);
      if (graph.home !== 'shop' || held++ > 0) return;
      begin();
      await mayLoad;
    };
    const first = ask(url, { query: '{ __typename }' });
    await began;
    const imported = world.importApp('shop', documentOf('product', ['price']));
    await expect
      .poll(
        async () =>
          [...(await world.catalog.snapshot()).apps.values()].find(({ name }) => name === 'shop')
            ?.activeNumber,
      )
      .toBe(2);
    // Time enough for an import that would not wait for the load.
    await Promise.race([imported, new Promise((resolve) => setTimeout(resolve, 500))]);
    letLoad();
    await Promise.all([first, imported]);
    expect((await ask(url, { query: '{ product(id: "1") { price } }' })).errors).toEqual([]);
  });

  it('keeps nobody waiting past their deadline', async () => {
    const own = await createWorld({ requestTimeoutMs: 300 });
    const { putGraphRevision } = own.catalog;
    const { promise: mayLoad, resolve: letLoad } = Promise.withResolvers<void>();
    try {
      await own.importApp('crm', documentOf('customer'));
      own.catalog.putGraphRevision = async (graph) => {
        await mayLoad;
        await putGraphRevision(graph);
      };
      const { status, errors } = await ask(`${own.url}/apps/crm/graphql`, { query: '{ __typename }' });
      expect([status, errors[0]?.extensions?.['code']]).toEqual([504, 'DEADLINE_EXCEEDED']);
    } finally {
      letLoad();
      await own.close();
    }
  });
});
