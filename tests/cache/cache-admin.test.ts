/** What operators see of kept answers: the status, what is explained, and what clearing does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askGraphql } from '../harness/graphql-client.ts';
import { type CachedWorld, createCachedWorld } from './cached-world.ts';

let world: CachedWorld;
let customer: string;
beforeAll(async () => {
  world = await createCachedWorld();
  const made = await world.write(
    'mutation { createCustomer(input: {name: "Kim", email: "kim@example.org", owner: "u-1"}) { customer { id } } }',
  );
  customer = (made as { customer: { id: string } }).customer.id;
});
afterAll(() => world?.world.dispose());

const STATUS = `{ cacheStatus {
  on memory { entries bytes maxBytes evictions invalidatedTags rememberedTags forgottenTags }
  hits { name count } misses { name count } bypasses { name count } hitRate
  apps { app ageMs sure doubts } shared { state since reason hits misses errors timeouts dropped }
} }`;
const EXPLAIN = `query ($app: ID, $graph: ID, $query: String!, $variables: JSON, $caller: ExplainedCaller, $accept: String! = "*/*") {
  cacheExplain(app: $app, graph: $graph, query: $query, variables: $variables, caller: $caller, accept: $accept) {
    kept keptSeconds notKept { reason text } errors rules { policy because ttlSeconds ttlBecause }
    apps { app { app sure doubts } isAdmin access { entity sees condition byCaller } tags { prefix values count } }
    inMemory { state ageSeconds }
  }
}`;

async function admin(query: string, variables: Record<string, unknown> = {}) {
  return await askGraphql(`${world.world.url}/admin/graphql`, query, {
    token: world.world.adminToken,
    variables,
    once: true,
  });
}

async function status() {
  return ((await admin(STATUS)).data as { cacheStatus: Record<string, never> }).cacheStatus as unknown as {
    memory: { entries: number };
    hits: { name: string; count: number }[];
    hitRate: number;
  };
}

async function explain(query: string, more: Record<string, unknown> = {}) {
  const { data, errors } = await admin(EXPLAIN, { app: world.world.app('crm'), query, ...more });
  expect(errors).toEqual([]);
  return (data as { cacheExplain: object }).cacheExplain;
}

const byId = () => `{ customer(id: "${customer}") { name } }`;

describe('the status', () => {
  it('counts what was given, read and kept', async () => {
    await world.warm(byId());
    const before = await status();
    expect(before).toMatchObject({
      on: true,
      memory: { maxBytes: 134_217_728, evictions: 0, forgottenTags: 0 },
      shared: { state: 'off', since: null, reason: null },
    });
    expect(before.memory.entries).toBeGreaterThan(0);
    await world.ask(byId());
    const after = await status();
    const inMemory = ({ hits }: typeof before) => hits.find(({ name }) => name === 'memory')?.count ?? 0;
    expect(inMemory(after)).toBe(inMemory(before) + 1);
    expect(after.hitRate).toBeGreaterThan(before.hitRate);
  });

  it('says of each app that it is sure', async () => {
    expect(await status()).toMatchObject({
      apps: ['crm', 'shop'].map((name) => ({
        app: world.world.app(name),
        ageMs: expect.any(Number),
        sure: true,
        doubts: [],
      })),
    });
  });

  it('is for platform users', async () => {
    const answer = await askGraphql(`${world.world.url}/admin/graphql`, STATUS, { once: true });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  });
});

describe('an explanation', () => {
  it('says for how long an answer is kept, for whom, and what makes it void', async () => {
    const crm = world.world.app('crm');
    expect(await explain(byId())).toEqual({
      ...{ kept: true, keptSeconds: 600, notKept: null, errors: [] },
      rules: { policy: 'shared', because: [`${crm}.customer`], ttlSeconds: null, ttlBecause: [] },
      apps: [
        {
          app: { app: crm, sure: true, doubts: [] },
          isAdmin: true,
          access: [{ entity: 'customer', sees: 'all', condition: null, byCaller: false }],
          tags: [{ prefix: `${crm}.customer#`, values: [customer], count: 1 }],
        },
      ],
      inMemory: { state: 'current', ageSeconds: expect.any(Number) },
    });
  });

  it('names the condition that makes callers differ', async () => {
    expect(await explain(byId(), { caller: { roles: ['seller'], userId: 'u-1' } })).toMatchObject({
      kept: true,
      apps: [
        {
          isAdmin: false,
          access: [{ entity: 'customer', sees: 'some', condition: 'owner = "u-1"', byCaller: true }],
        },
      ],
      inMemory: null,
    });
  });

  it('says the limit of the documents, and that nobody is to keep it', async () => {
    const crm = world.world.app('crm');
    expect(await explain('{ newsList { title } }', { caller: { public: true } })).toMatchObject({
      kept: true,
      keptSeconds: 60,
      rules: { ttlSeconds: 60, ttlBecause: [`${crm}.news`] },
    });
    expect(await explain('{ secrets { code } }')).toMatchObject({
      kept: false,
      notKept: { reason: 'no-store' },
      rules: { policy: 'no_store', because: [`${crm}.secret`] },
    });
  });

  it('tells an answer that a change has made void', async () => {
    await world.warm(byId());
    await world.write(
      `mutation { updateCustomer(id: "${customer}", patch: {name: "Kim B"}) { customer { name } } }`,
    );
    expect(await explain(byId())).toMatchObject({ kept: true, inMemory: { state: 'invalidated' } });
  });

  it('leaves the cache as it is', async () => {
    const query = '{ customers(limit: 7) { name } }';
    const { memory } = await status();
    await explain(query);
    expect(await explain(query)).toMatchObject({ kept: true, inMemory: null });
    expect((await status()).memory.entries).toBe(memory.entries);
    expect((await world.ask(query)).cache).toBe('miss; new');
  });

  it('finds what was kept for the same Accept header alone', async () => {
    await world.warm(byId());
    expect(await explain(byId(), { accept: 'application/json' })).toMatchObject({ inMemory: null });
  });

  it('shows the errors that keep an answer from being kept', async () => {
    expect(await explain('{ nothing }')).toMatchObject({
      kept: false,
      notKept: { reason: 'errors' },
      errors: [expect.stringContaining('nothing')],
      apps: [],
    });
    expect(await explain('{ notes { body } }', { caller: { public: true } })).toMatchObject({
      notKept: { reason: 'errors' },
      errors: [expect.any(String)],
    });
    expect(await explain('{ __schema { types { name } } }')).toMatchObject({
      notKept: { reason: 'introspection' },
    });
  });
});

describe('nothing is explained', () => {
  const create = 'mutation { createLabel(input: {name: "never"}) { label { id } } }';
  const codeOf = async (variables: Record<string, unknown>) => {
    const { errors } = await admin(EXPLAIN, variables);
    return (errors[0] as { extensions?: { code?: unknown } } | undefined)?.extensions?.code;
  };

  it('of a mutation, which is not executed', async () => {
    const app = world.world.app('crm');
    expect(await codeOf({ app, query: create })).toBe('BAD_USER_INPUT');
    expect(await codeOf({ app, query: create, caller: { public: true } })).toBe('BAD_USER_INPUT');
    const { body } = await world.ask('{ labels { name } }');
    expect(body).toEqual({ data: { labels: [] } });
  });

  it.each([
    ['neither app nor graph', {}, 'BAD_USER_INPUT'],
    ['both', { app: 'crm', graph: 'main' }, 'BAD_USER_INPUT'],
    ['variables that are a list', { graph: 'main', variables: [1] }, 'BAD_USER_INPUT'],
    ['a public user', { graph: 'main', caller: { public: true, roles: ['a:b'] } }, 'BAD_USER_INPUT'],
    ['a user of no app', { graph: 'main', caller: { roles: ['sales'] } }, 'BAD_USER_INPUT'],
    ['a user of another app', { graph: 'main', caller: { roles: ['others:sales'] } }, 'BAD_USER_INPUT'],
    ['an app that is not there', { app: 'nothing' }, 'APP_NOT_FOUND'],
  ])('for %s', async (_, given, code) => {
    expect(await codeOf({ query: '{ __typename }', ...given })).toBe(code);
  });
});

describe('clearing', () => {
  it('drops what is in memory, and says how much that was', async () => {
    await world.warm(byId());
    const { memory } = await status();
    const { data } = await admin('mutation { clearCache(shared: true) { answers shared } }');
    expect(data).toEqual({ clearCache: { answers: memory.entries, shared: null } });
    expect((await status()).memory.entries).toBe(0);
    expect((await world.ask(byId())).cache).toBe('miss; new');
  });
});
