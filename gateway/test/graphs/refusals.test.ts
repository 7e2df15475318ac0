import { graphName, parseDocument, type ShardName, shardName } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../support/http.ts';
import { app, createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await world.close();
});

async function admin(query: string, variables: Record<string, unknown> = {}) {
  const authorization = `Bearer ${await world.platformToken()}`;
  return await ask(`${world.url}/admin/graphql`, { query, variables }, { authorization });
}

/** Past the checks of an import, as a change of our own naming rules between two versions would do. */
async function activateUnchecked(name: string, document: object, shard: ShardName): Promise<void> {
  const { catalog } = world;
  const parsed = parseDocument(document, app(name));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  await catalog.createApp({ app: app(name), shard, database: `rocket_${name}` });
  const revision = await catalog.addRevision({
    app: app(name),
    document: parsed.document,
    contentHash: name,
    createdBy: 'test',
  });
  await catalog.activateRevision({
    app: app(name),
    revision,
    expectedActive: null,
    refersTo: [],
  });
}

describe('operations of a kind that is not offered', () => {
  it('are refused as invalid: mutations where there are none', async () => {
    const { status, errors } = await ask(`${world.url}/graphql`, { query: 'mutation { __typename }' });
    expect([status, errors]).toMatchObject([
      400,
      [{ message: 'There are no mutations here', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    ]);
  });

  it('are refused as invalid: subscriptions where there are none', async () => {
    const { status, errors } = await ask(`${world.url}/graphql`, { query: 'subscription { __typename }' });
    expect([status, errors]).toMatchObject([400, [{ message: 'There are no subscriptions here' }]]);
  });

  it.each(['subscription { crmCustomerChanged { id } }', 'subscription { __typename }'])(
    'are refused as invalid, with where they go: %s',
    async (query) => {
      await world.importApp('crm', documentOf('customer'));
      for (const path of ['/apps/crm/graphql', '/graphql']) {
        const own = path === '/graphql' ? query : query.replace('crmCustomer', 'customer');
        const { status, errors } = await ask(`${world.url}${path}`, { query: own });
        expect(status).toBe(400);
        expect(errors).toContainEqual(
          expect.objectContaining({
            message: 'Subscriptions go over WebSocket or text/event-stream',
            extensions: expect.objectContaining({ code: 'GRAPHQL_VALIDATION_FAILED' }),
          }),
        );
      }
    },
  );

  it.each([
    { name: '@defer', query: '{ customer(id: "1") { id ... @defer { name } } }' },
    { name: 'the subgraph protocol', query: '{ _service { sdl } }' },
  ])('are refused as invalid: $name', async ({ query }) => {
    const { status, errors } = await ask(`${world.url}/apps/crm/graphql`, { query });
    expect([status, errors[0]?.extensions?.['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('answers', () => {
  it.each(['/health', '/ready', '/nothing', '/apps/nobody/graphql', '/apps/crm/graphql?query={__typename}'])(
    'are kept by no cache: %s',
    async (path) => {
      const response = await fetch(`${world.url}${path}`);
      await response.text();
      expect(response.headers.get('cache-control')).toBe('no-store');
    },
  );
});

describe('a graph whose apps do not fit together', () => {
  const left = documentOf('b_c', ['only_left']);
  const right = documentOf('c', ['only_right']);

  it('is not made by an administrator', async () => {
    await admin('mutation { putGraph(name: "main", apps: ["crm"]) { name } }');
    const put = `mutation ($apps: [ID!]) { putGraph(name: "both", apps: $apps) { name apps } }`;
    // Each has a type ABC outside of its own graph.
    await world.importApp('a', left);
    await world.importApp('a_b', right);
    const { errors } = await admin(put, { apps: ['a', 'a_b'] });
    expect(errors[0]?.extensions).toMatchObject({
      code: 'COMPOSITION_FAILED',
      graphs: [{ graph: 'named:both' }],
    });
    expect((await ask(`${world.url}/graphs/both/graphql`, { query: '{ __typename }' })).status).toBe(404);
    expect((await admin(put, { apps: ['a', 'a'] })).data).toEqual({
      putGraph: { name: 'both', apps: ['a'] },
    });
    for (const name of ['a', 'a_b']) await admin(`mutation { removeApp(name: "${name}") { removed } }`);
    expect((await admin('mutation { removeGraph(name: "main") }')).errors).toEqual([]);
  });

  it('takes no other graph with it, tells strangers nothing, and heals with the next change', async () => {
    await activateUnchecked('a', left, shardName('s1'));
    await activateUnchecked('a_b', right, shardName('s1'));
    await admin('mutation { putGraph(name: "pair", apps: ["a", "crm"]) { name } }');
    await world.catalog.putGraph({ name: graphName('pair'), apps: [app('a'), app('a_b')] });
    await expect.poll(async () => (await admin('{ graphs { name apps } }')).text).toContain('["a","a_b"]');
    // The former revision serves on; a gateway that starts now has none.
    const own = await world.another();
    try {
      const broken = await ask(`${own.url}/graphs/pair/graphql`, { query: '{ __typename }' });
      expect([broken.status, broken.errors[0]?.extensions]).toEqual([
        503,
        { code: 'NOT_READY', retryable: true },
      ]);
      expect(broken.text).not.toMatch(/ABC|subgraph/i);
      expect((await fetch(`${own.url}/ready`)).status).toBe(200);
      expect((await ask(`${own.url}/apps/a/graphql`, { query: '{ bC(id: "1") { id } }' })).errors).toEqual(
        [],
      );
      await admin('mutation { putGraph(name: "pair", apps: ["a"]) { name } }');
      await expect
        .poll(async () => (await ask(`${own.url}/graphs/pair/graphql`, { query: '{ __typename }' })).status)
        .toBe(200);
    } finally {
      await own.close();
    }
  });
});
