/** Webhooks in the admin API: endpoints, what became of deliveries, and what is done about them. */
import { createLogger, noSharedCache } from '@rocket/platform';
import { webhookSecret } from '@rocket/schema';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ACCEPTING, FIRST_SECRET, REFUSING } from '../support/memory-webhooks.ts';
import { ADMIN, createWorld, documentOf, type World } from '../support/world.ts';

const OTHER_SECRET = webhookSecret(Buffer.alloc(24, 9));
const NONE = '33333333-3333-4333-8333-333333333333';

let world: World;
/** The one that is asked about. */
let app = 'unchanged';
let made = 0;
const log: string[] = [];
beforeAll(async () => {
  const logger = createLogger({
    ...{ level: 'info', name: 'test' },
    destination: { write: (line) => void log.push(line) },
  });
  world = await createWorld({}, noSharedCache(), logger);
  await world.importApp(app, documentOf('customer'));
});
beforeEach(() => log.splice(0));
afterEach(() => expect(log.join('')).not.toContain('whsec_'));
afterAll(() => world.close());

async function send(query: string, variables: object = {}, token?: string) {
  const response = await fetch(`${world.url}/admin/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token ?? (await world.platformToken())}`,
    },
    body: JSON.stringify({ query, variables: { app, ...variables } }),
  });
  return (await response.json()) as {
    data?: Record<string, unknown>;
    errors?: { extensions: { code: string } }[];
  };
}

const codeOf = async (asked: ReturnType<typeof send>) => (await asked).errors?.[0]?.extensions.code;
const loggedBy = (message: string) =>
  log.map((line): Record<string, unknown> => JSON.parse(line)).find(({ msg }) => msg === message);

const ENDPOINTS = `query ($app: ID!) { webhookEndpoints(app: $app) {
  id url createdAt disabled { reason at } failingSince formerSecretUntil waiting failed uses { event of method }
} }`;
const DELIVERIES = `query ($app: ID!, $filter: WebhookDeliveryFilter, $after: ID, $limit: Int! = 50) {
  webhookDeliveries(app: $app, filter: $filter, after: $after, limit: $limit) {
    deliveries { id endpoint url event entity recordKey status attempts maxAttempts lastStatus error createdAt dueAt endedAt }
    next
  }
}`;
const DETAIL = `delivery { id status event } method body log { number at durationMs status error response }`;
const DELIVERY = `query ($app: ID!, $id: ID!) { webhookDelivery(app: $app, id: $id) { ${DETAIL} } }`;
const SECRET = 'query ($app: ID!, $endpoint: ID!) { webhookSecret(app: $app, endpoint: $endpoint) }';
const ROTATE = `mutation ($app: ID!, $endpoint: ID!, $secret: String, $overlapHours: Float! = 24) {
  rotateWebhookSecret(app: $app, endpoint: $endpoint, secret: $secret, overlapHours: $overlapHours)
}`;
const ENABLE = `mutation ($app: ID!, $endpoint: ID!, $enabled: Boolean!) {
  setWebhookEnabled(app: $app, endpoint: $endpoint, enabled: $enabled)
}`;
const REDELIVER = `mutation ($app: ID!, $ids: [ID!], $filter: WebhookDeliveryFilter) {
  redeliverWebhooks(app: $app, ids: $ids, filter: $filter)
}`;
const TEST = `mutation ($app: ID!, $endpoint: ID!) { testWebhook(app: $app, endpoint: $endpoint) { ${DETAIL} } }`;

interface Page {
  readonly deliveries: readonly {
    readonly id: string;
    readonly recordKey: string;
    readonly status: string;
  }[];
  readonly next: string | null;
}

async function page(variables: object = {}): Promise<Page> {
  const { data, errors } = await send(DELIVERIES, variables);
  expect(errors).toBeUndefined();
  return data?.['webhookDeliveries'] as Page;
}

const keysOf = async (filter: object) =>
  (await page({ filter })).deliveries.map(({ recordKey }) => recordKey);

it.each([
  [SECRET, {}],
  [ROTATE, {}],
  [ENABLE, { enabled: true }],
  [TEST, {}],
])('finds no endpoint that there is not, case %#', async (operation, variables) => {
  expect(await codeOf(send(operation, { ...variables, endpoint: NONE }))).toBe('NOT_FOUND');
  const gone = { ...variables, endpoint: ACCEPTING, app: 'gone' };
  expect(await codeOf(send(operation, gone))).toBe('APP_NOT_FOUND');
});

it.each([
  ['secret', SECRET, { endpoint: 'hook' }],
  ['rotate', ROTATE, { endpoint: ACCEPTING, secret: 'secret' }],
  ['rotate', ROTATE, { endpoint: ACCEPTING, overlapHours: -1 }],
  ['rotate', ROTATE, { endpoint: ACCEPTING, overlapHours: 721 }],
  ['redeliver', REDELIVER, {}],
  ['redeliver', REDELIVER, { ids: [NONE], filter: {} }],
  ['redeliver', REDELIVER, { ids: ['one'] }],
  ['redeliver', REDELIVER, { ids: Array.from({ length: 1_001 }, () => NONE) }],
  ['list', DELIVERIES, { limit: 0 }],
  ['list', DELIVERIES, { limit: 201 }],
  ['list', DELIVERIES, { after: 'x' }],
  ['list', DELIVERIES, { filter: { endpoint: 'hook' } }],
  ['list', DELIVERIES, { filter: { status: 'lost' } }],
  ['list', DELIVERIES, { filter: { event: 'before_write' } }],
  ['list', DELIVERIES, { filter: { since: 'yesterday' } }],
  ['list', DELIVERIES, { filter: { until: 17 } }],
  ['show', DELIVERY, { id: '17' }],
])('refuses to %s, case %#', async (_, operation, variables) => {
  expect(await codeOf(send(operation, variables))).toBe('BAD_USER_INPUT');
});

describe('webhooks', () => {
  // Each test has an app of its own, with the webhooks that every app has.
  beforeEach(async () => {
    made += 1;
    app = `app_${made}`;
    await world.importApp(app, documentOf('customer'));
  });

  it('is for platform users', async () => {
    for (const [operation, variables] of [
      [ENDPOINTS, {}],
      [DELIVERIES, {}],
      [DELIVERY, { id: NONE }],
      [SECRET, { endpoint: ACCEPTING }],
      [ROTATE, { endpoint: ACCEPTING }],
      [ENABLE, { endpoint: ACCEPTING, enabled: false }],
      [REDELIVER, { filter: {} }],
      [TEST, { endpoint: ACCEPTING }],
    ] as const) {
      expect(await codeOf(send(operation, variables, 'no token'))).toBe('UNAUTHENTICATED');
    }
    expect((await page()).deliveries).toHaveLength(4);
  });

  it('lists the endpoints, and disables and enables them', async () => {
    const { data } = await send(ENDPOINTS);
    const endpoint = {
      ...{ createdAt: '2026-01-01T00:00:00.000Z', disabled: null, failingSince: null },
      ...{ formerSecretUntil: null, waiting: 0, failed: 0 },
      uses: [{ event: 'after_write', of: 'customer', method: 'POST' }],
    };
    expect(data?.['webhookEndpoints']).toEqual([
      { ...endpoint, id: ACCEPTING, url: 'https://accepting.test/hook' },
      {
        ...{ ...endpoint, id: REFUSING, url: 'https://refusing.test/hook' },
        ...{ failed: 2, failingSince: '2026-01-01T00:00:00.000Z' },
      },
    ]);
    const disabled = async () => {
      const list = (await send(ENDPOINTS)).data?.['webhookEndpoints'] as { disabled: unknown }[];
      return list.map((each) => each.disabled);
    };
    const change = (enabled: boolean) => send(ENABLE, { endpoint: REFUSING, enabled });
    expect((await change(false)).data).toEqual({ setWebhookEnabled: true });
    expect(await disabled()).toEqual([null, { reason: 'admin', at: '2026-01-01T00:00:00.000Z' }]);
    expect(loggedBy('an endpoint of webhooks is enabled or disabled')).toMatchObject({
      ...{ actor: ADMIN.email, app, endpoint: REFUSING, isEnabled: false },
    });
    expect((await change(true)).data).toEqual({ setWebhookEnabled: true });
    expect(await disabled()).toEqual([null, null]);
  });

  it('shows a secret and replaces it, and logs by whom', async () => {
    const endpoint = ACCEPTING;
    const secret = async () => (await send(SECRET, { endpoint })).data;
    expect(await secret()).toEqual({ webhookSecret: FIRST_SECRET });
    const whose = { actor: ADMIN.email, app, endpoint };
    expect(loggedBy('the secret of an endpoint of webhooks is read')).toMatchObject(whose);
    const until = async () => {
      const list = (await send(ENDPOINTS)).data?.['webhookEndpoints'] as { formerSecretUntil: unknown }[];
      return list.map((each) => each.formerSecretUntil);
    };

    const rotated = (await send(ROTATE, { endpoint })).data;
    expect(rotated).toEqual({ rotateWebhookSecret: expect.stringMatching(/^whsec_/) });
    expect(await secret()).toEqual({ webhookSecret: rotated?.['rotateWebhookSecret'] });
    expect(await until()).toEqual(['2026-01-02T00:00:00.000Z', null]);
    expect(loggedBy('the secret of an endpoint of webhooks is replaced')).toMatchObject({
      ...{ ...whose, overlapMs: 86_400_000 },
    });

    await send(ROTATE, { endpoint, secret: OTHER_SECRET, overlapHours: 0.5 });
    expect(await secret()).toEqual({ webhookSecret: OTHER_SECRET });
    expect(await until()).toEqual(['2026-01-01T00:30:00.000Z', null]);
    await send(ROTATE, { endpoint, overlapHours: 0 });
    expect(await until()).toEqual([null, null]);
  });

  it('lists deliveries by pages, the newest first', async () => {
    const first = await page({ limit: 3 });
    expect(first.deliveries.map(({ recordKey }) => recordKey)).toEqual(['k3', 'k2', 'k1']);
    expect(first.next).toBe(first.deliveries[2]?.id);
    expect(first.deliveries[0]).toEqual({
      ...{ id: expect.any(String), endpoint: REFUSING, url: 'https://refusing.test/hook' },
      ...{ event: 'after_write', entity: 'customer', recordKey: 'k3', status: 'failed', attempts: 1 },
      ...{ maxAttempts: 3, lastStatus: 500, error: 'the receiver answers 500' },
      ...{ createdAt: '2026-01-01T03:00:00.000Z', dueAt: null, endedAt: '2026-01-01T03:00:00.000Z' },
    });
    const rest = await page({ limit: 3, after: first.next });
    expect(rest).toMatchObject({ deliveries: [{ recordKey: 'k0' }], next: null });
  });

  it('lists those of a filter', async () => {
    expect(await keysOf({})).toEqual(['k3', 'k2', 'k1', 'k0']);
    expect(await keysOf({ endpoint: ACCEPTING.toUpperCase() })).toEqual(['k2', 'k0']);
    expect(await keysOf({ status: 'failed' })).toEqual(['k3', 'k1']);
    expect(await keysOf({ event: 'transition' })).toEqual([]);
    expect(await keysOf({ entity: 'customer', recordKey: 'k2' })).toEqual(['k2']);
    expect(await keysOf({ since: '2026-01-01T01:00:00Z', until: '2026-01-01T04:00:00+01:00' })).toEqual([
      ...['k2', 'k1'],
    ]);
  });

  it('shows one, or null', async () => {
    const [newest] = (await page()).deliveries;
    const { data } = await send(DELIVERY, { id: newest?.id });
    expect(data?.['webhookDelivery']).toEqual({
      ...{ delivery: { id: newest?.id, status: 'failed', event: 'after_write' }, method: 'POST' },
      body: '{"event":"it"}',
      log: [
        {
          ...{ number: 1, at: '2026-01-01T03:00:00.000Z', durationMs: 12.5 },
          ...{ status: 500, error: null, response: 'no' },
        },
      ],
    });
    expect((await send(DELIVERY, { id: NONE })).data).toEqual({ webhookDelivery: null });
  });

  it('sends again those of ids or of a filter, but not those that wait', async () => {
    const [newest, second] = (await page()).deliveries;
    const ids = [newest?.id, newest?.id, second?.id, NONE];
    expect((await send(REDELIVER, { ids })).data).toEqual({ redeliverWebhooks: 2 });
    expect(loggedBy('deliveries of webhooks are made again')).toMatchObject({
      ...{ actor: ADMIN.email, app, chosen: { kind: 'ids', ids: [newest?.id, second?.id, NONE] } },
    });
    expect((await send(REDELIVER, { filter: { status: 'failed' } })).data).toEqual({ redeliverWebhooks: 1 });
    expect((await send(REDELIVER, { filter: {} })).data).toEqual({ redeliverWebhooks: 1 });
    expect(await keysOf({ status: 'pending' })).toEqual(['k3', 'k2', 'k1', 'k0']);
  });

  it('tests an endpoint, whatever comes of it', async () => {
    for (const [endpoint, status, response] of [
      [ACCEPTING, 'delivered', 'thanks'],
      [REFUSING, 'failed', 'no'],
    ] as const) {
      const { data } = await send(TEST, { endpoint });
      expect(data?.['testWebhook']).toMatchObject({
        ...{ delivery: { status, event: 'test' }, log: [{ response }] },
      });
    }
    expect(loggedBy('an endpoint of webhooks is tested')).toMatchObject({ actor: ADMIN.email, app });
    expect((await page({ filter: { event: 'test' } })).deliveries).toHaveLength(2);
  });
});
