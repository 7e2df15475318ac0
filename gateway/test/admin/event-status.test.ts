/** The events in the admin API: who may ask, and what is said where this gateway cannot hear of events. */
import { shardName } from '@rocket/schema';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorld, documentOf, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
  await world.importApp('crm', documentOf('customer'));
});
afterAll(() => world.close());

const STATUS = `{ eventStatus {
  stream { kind up reason stored { messages differences { setting } } }
  apps { app shard outbox { waiting countedUpTo } followed { position ageMs sure } problem }
  writers { process } consumers { name }
} }`;

async function ask(query: string, token: string | null, url = world.url) {
  const response = await fetch(`${url}/admin/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
}

const codeOf = async (asked: ReturnType<typeof ask>) => (await asked).errors?.[0]?.extensions.code;

it('is for platform users', async () => {
  expect(await codeOf(ask(STATUS, null))).toBe('UNAUTHENTICATED');
  expect(await codeOf(ask('{ events { position } }', null))).toBe('UNAUTHENTICATED');
});

it('says how the events of each app are', async () => {
  const { data } = await ask(STATUS, await world.platformToken());
  expect(data).toMatchObject({
    eventStatus: {
      stream: { kind: 'in_process', up: true, reason: null, stored: { differences: [] } },
      apps: [
        {
          app: 'crm',
          shard: 's1',
          outbox: { waiting: 0, countedUpTo: 50_000 },
          followed: { ageMs: expect.any(Number), sure: true },
          problem: null,
        },
      ],
      writers: [],
      consumers: [],
    },
  });
});

it.each([
  ['limit: 0', 'BAD_USER_INPUT'],
  ['limit: 1001', 'BAD_USER_INPUT'],
  ['waitMs: -1', 'BAD_USER_INPUT'],
  ['waitMs: 20001', 'BAD_USER_INPUT'],
  ['after: "no position"', 'BAD_USER_INPUT'],
  ['entity: "a.b"', 'BAD_USER_INPUT'],
  ['app: "crm", entity: "nothing"', 'BAD_USER_INPUT'],
  ['app: "nothing"', 'APP_NOT_FOUND'],
])('events(%s) is %s', async (given, code) => {
  expect(await codeOf(ask(`{ events(${given}) { position } }`, await world.platformToken()))).toBe(code);
});

it('does not take the silence of another process for certainty', async () => {
  await world.catalog.setShardUrl(shardName('s1'), 'http://127.0.0.1:1');
  const gateway = await world.another();
  try {
    const token = await world.platformToken();
    const { data } = await ask(STATUS, token, gateway.url);
    expect(data).toMatchObject({
      eventStatus: {
        apps: [
          {
            outbox: null,
            followed: { ageMs: null, sure: false },
            problem: expect.stringContaining('does not answer'),
          },
        ],
      },
    });
    expect(await codeOf(ask('{ events { position } }', token, gateway.url))).toBe('EVENTS_UNAVAILABLE');
    expect(await codeOf(ask('{ events(app: "crm") { position } }', token, gateway.url))).toBe(
      'EVENTS_UNAVAILABLE',
    );
  } finally {
    await gateway.close();
    await world.catalog.setShardUrl(shardName('s1'), null);
  }
});
