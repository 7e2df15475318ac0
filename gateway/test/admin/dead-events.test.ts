/** The dead events in the admin API: seen by pages, handled by their shards, dropped. */
import type { NewDeadLetter } from '@rocket/platform';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { app, createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterEach(() => world.catalog.deadLetters.dropAll({ consumer: null, app: null }));
afterAll(() => world.close());

async function send(query: string, variables = {}, token?: string) {
  const response = await fetch(`${world.url}/admin/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token ?? (await world.platformToken())}`,
    },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as {
    data?: Record<string, unknown>;
    errors?: { extensions: { code: string } }[];
  };
}

const codeOf = async (asked: ReturnType<typeof send>) => (await asked).errors?.[0]?.extensions.code;

/** Letters of these payloads, at positions from 1. */
async function given(payloads: readonly string[], changes: Partial<NewDeadLetter> = {}): Promise<void> {
  for (const [at, payload] of payloads.entries()) {
    await world.catalog.deadLetters.add({
      ...{ consumer: 'workflows', app: app('crm'), messageId: null, position: at + 1 },
      ...{ subject: 'rocket.ev.crm.customer.update', payload, cause: `cause of ${payload}` },
      ...changes,
    });
  }
}

const LIST = `query ($filter: DeadEventFilter, $after: ID, $limit: Int) {
  deadEvents(filter: $filter, after: $after, limit: $limit) {
    count events { id consumer app subject position cause diedAt payload }
  }
}`;
const REPLAY = `mutation ($ids: [ID!], $filter: DeadEventFilter, $after: ID) {
  replayDeadEvents(ids: $ids, filter: $filter, after: $after) { id app outcome code message }
}`;
const DROP =
  'mutation ($ids: [ID!], $filter: DeadEventFilter) { dropDeadEvents(ids: $ids, filter: $filter) }';

interface Listed {
  readonly count: number;
  readonly events: readonly { id: string; position: number; payload: string }[];
}

async function listed(variables = {}): Promise<Listed> {
  const { data } = await send(LIST, variables);
  return data?.['deadEvents'] as Listed;
}

it('is for platform users', async () => {
  for (const query of ['{ deadEvents { count } }', '{ deadEvent(id: "1") { id } }']) {
    expect(await codeOf(send(query, {}, 'no token'))).toBe('UNAUTHENTICATED');
  }
  for (const mutation of ['replayDeadEvents(filter: {}) { id }', 'dropDeadEvents(filter: {})']) {
    expect(await codeOf(send(`mutation { ${mutation} }`, {}, 'no token'))).toBe('UNAUTHENTICATED');
  }
});

it('lists them by pages, with their number', async () => {
  await given(['a', 'b', 'c']);
  await given(['d'], { consumer: 'hooks', app: app('gone') });
  const all = await listed();
  expect(all.count).toBe(4);
  expect(all.events[0]).toEqual({
    ...{ id: expect.any(String), consumer: 'hooks', app: 'gone', position: 1, payload: 'd' },
    ...{ subject: 'rocket.ev.crm.customer.update', cause: 'cause of d', diedAt: expect.any(String) },
  });
  const filter = { consumer: 'workflows', app: 'crm' };
  const first = await listed({ filter, limit: 2 });
  expect(first.events.map(({ position }) => position)).toEqual([3, 2]);
  const rest = await listed({ filter, limit: 2, after: first.events[1]?.id });
  expect(rest.events.map(({ position }) => position)).toEqual([1]);
  expect(rest.count).toBe(3);
});

it('shows one, or null', async () => {
  await given(['a']);
  const id = (await listed()).events[0]?.id;
  const show = 'query ($id: ID!) { deadEvent(id: $id) { payload cause } }';
  expect(await send(show, { id })).toEqual({ data: { deadEvent: { payload: 'a', cause: 'cause of a' } } });
  expect(await send(show, { id: '99' })).toEqual({ data: { deadEvent: null } });
});

it('has them handled by their shards in order, and keeps those that failed', async () => {
  await given(['fine', 'refused', 'broken']);
  await given(['fine'], { consumer: 'lost', app: app('gone') });
  await given(['fine'], { consumer: 'nobody', app: null });
  const ids = (await listed()).events.map(({ id }) => id).toReversed();
  const { data } = await send(REPLAY, { ids: [...ids.toReversed(), '99'] });
  expect(data?.['replayDeadEvents']).toEqual([
    { id: ids[0], app: 'crm', outcome: 'handled', code: null, message: null },
    {
      ...{ id: ids[1], app: 'crm', outcome: 'failed', code: 'VALIDATION_FAILED' },
      message: 'workflows of crm cannot handle refused on rocket.ev.crm.customer.update',
    },
    {
      ...{ id: ids[2], app: 'crm', outcome: 'failed', code: 'INTERNAL_ERROR' },
      message: 'The log of the gateway says why',
    },
    {
      ...{ id: ids[3], app: 'gone', outcome: 'failed', code: 'APP_NOT_FOUND' },
      message: 'There is no app gone',
    },
    expect.objectContaining({ id: ids[4], app: null, outcome: 'failed', code: 'APP_NOT_FOUND' }),
    { id: '99', app: null, outcome: 'missing', code: null, message: null },
  ]);
  expect((await listed()).events.map(({ payload }) => payload)).toEqual([
    'fine',
    'fine',
    'broken',
    'refused',
  ]);
});

it('has those of a filter handled, page by page', async () => {
  await given([...Array.from({ length: 100 }, () => 'fine'), 'refused', 'fine']);
  await given(['fine'], { consumer: 'hooks' });
  const replay = async (after: string | null) => {
    const { data } = await send(REPLAY, { filter: { consumer: 'workflows' }, after });
    return data?.['replayDeadEvents'] as { id: string; outcome: string }[];
  };
  const first = await replay(null);
  expect(first).toHaveLength(100);
  const second = await replay(first.at(-1)?.id ?? null);
  expect(second.map(({ outcome }) => outcome)).toEqual(['failed', 'handled']);
  expect(await replay(second.at(-1)?.id ?? null)).toEqual([]);
  expect((await listed()).count).toBe(2);
});

it('drops those of ids or of a filter', async () => {
  await given(['a', 'b', 'c']);
  await given(['d'], { consumer: 'hooks' });
  const [, newest] = (await listed()).events;
  expect((await send(DROP, { ids: [newest?.id, '99'] })).data).toEqual({ dropDeadEvents: 1 });
  expect((await send(DROP, { filter: { consumer: 'hooks' } })).data).toEqual({ dropDeadEvents: 1 });
  expect((await send(DROP, { filter: {} })).data).toEqual({ dropDeadEvents: 2 });
  expect((await listed()).count).toBe(0);
});

it.each([
  ['replay', REPLAY, {}],
  ['replay', REPLAY, { ids: ['1'], filter: {} }],
  ['replay', REPLAY, { ids: ['1'], after: '1' }],
  ['replay', REPLAY, { ids: Array.from({ length: 101 }, (_, at) => `${at}`) }],
  ['replay', REPLAY, { ids: ['one'] }],
  ['drop', DROP, {}],
  ['drop', DROP, { ids: ['1'], filter: { app: 'crm' } }],
  ['drop', DROP, { ids: ['-1'] }],
  ['list', LIST, { limit: 0 }],
  ['list', LIST, { limit: 1001 }],
  ['list', LIST, { after: 'x' }],
])('refuses to %s, case %#', async (_, operation, variables) => {
  expect(await codeOf(send(operation, variables))).toBe('BAD_USER_INPUT');
});
