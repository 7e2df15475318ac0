import type { DeliveryFilter } from '@rocket/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ANY,
  AT,
  createWebhookAdminApp,
  UNKNOWN,
  type WebhookAdminApp,
} from '../support/webhook-admin-app.ts';

const ids: Record<string, string> = {};
let app: WebhookAdminApp;
let endpoint: string;
beforeAll(async () => {
  app = await createWebhookAdminApp();
  endpoint = (await app.endpoint('/a')).id;
  const other = (await app.endpoint('/b')).id;
  ids['old'] = await app.store(endpoint, { createdAt: '2026-01-01T00:00:00.000Z', status: 'delivered' });
  ids['log'] = await app.store(endpoint, { createdAt: '2026-01-02T00:00:00.000Z', entity: 'log' });
  ids['other'] = await app.store(other, { createdAt: '2026-01-03T00:00:00.000Z', event: 'transition' });
  ids['new'] = await app.store(endpoint, {
    ...{ createdAt: '2026-01-04T00:00:00.000Z', status: 'retrying', recordKey: '8' },
  });
});
afterAll(() => app?.dispose());

const NAMES = ['old', 'log', 'other', 'new'];
const list = async (filter: Partial<DeliveryFilter> = {}, after: string | null = null, limit = 10) => {
  const listed = await app.webhooks.deliveries(AT, { filter: { ...ANY, ...filter }, after, limit });
  return listed.map(({ id }) => NAMES.find((name) => ids[name] === id));
};

it('lists the newest first, by pages', async () => {
  expect(await list()).toEqual(['new', 'other', 'log', 'old']);
  expect(await list({}, null, 2)).toEqual(['new', 'other']);
  expect(await list({}, ids['other'], 2)).toEqual(['log', 'old']);
  expect(await list({}, ids['old'])).toEqual([]);
});

it.each<[Partial<DeliveryFilter>, string[]]>([
  [{ status: 'failed' }, ['other', 'log']],
  [{ event: 'transition' }, ['other']],
  [{ entity: 'log' }, ['log']],
  [{ recordKey: '8' }, ['new']],
  [{ since: '2026-01-02T00:00:00Z' }, ['new', 'other', 'log']],
  [{ until: '2026-01-02T00:00:00.000Z' }, ['old']],
  [{ since: '2026-01-02T01:00:00+01:00', until: '2026-01-03T00:00:00.001Z' }, ['other', 'log']],
  [{ since: '0001-01-01T00:00:00Z', until: '9999-12-31T00:00:00Z' }, ['new', 'other', 'log', 'old']],
  [{ status: 'failed', entity: 'task' }, ['other']],
  [{ endpoint: UNKNOWN }, []],
])('chooses those with all of %j', async (filter, expected) => {
  expect(await list(filter)).toEqual(expected);
});

it('chooses those of an endpoint', async () => {
  expect(await list({ endpoint })).toEqual(['new', 'log', 'old']);
  expect(await list({ endpoint: endpoint.toUpperCase(), status: 'failed' })).toEqual(['log']);
});

it('tells of each what came of it', async () => {
  const [newest] = await app.webhooks.deliveries(AT, { filter: ANY, after: null, limit: 1 });
  const time = expect.stringMatching(/^\d{4}-.*Z$/);
  const record = {
    ...{ id: ids['new'], endpoint, url: `${app.receiver.base}/a`, event: 'after_write', entity: 'task' },
    ...{ recordKey: '8', status: 'retrying', attempts: 1, maxAttempts: 3, lastStatus: 500, error: null },
    ...{ createdAt: '2026-01-04T00:00:00.000Z', dueAt: time, endedAt: null },
  };
  expect(newest).toEqual(record);
  const log = [
    {
      ...{ number: 1, at: '2026-01-01T00:00:00.000Z', durationMs: 12, status: 500 },
      ...{ error: null, response: 'oops' },
    },
  ];
  const detail = { ...record, method: 'PATCH', body: '{"n":1}', log };
  expect(await app.webhooks.delivery(AT, { id: ids['new'] ?? '' })).toEqual(detail);
});

it.each([UNKNOWN, 'no id'])('has nothing of %s', async (id) => {
  expect(await app.webhooks.delivery(AT, { id })).toBeNull();
});

describe('refuses', () => {
  it.each<[string, Partial<DeliveryFilter>]>([
    ['since', { since: 'yesterday' }],
    ['since', { since: '2026-02-30T00:00:00Z' }],
    ['until', { until: '' }],
    ['endpoint', { endpoint: 'https://x.test' }],
  ])('a wrong %s: %j', async (place, filter) => {
    const refused = { code: 'BAD_USER_INPUT', message: expect.stringContaining(`\`${place}\``) };
    await expect(list(filter)).rejects.toMatchObject(refused);
    const asked = app.webhooks.redeliver(AT, { kind: 'filter', filter: { ...ANY, ...filter } });
    await expect(asked).rejects.toMatchObject(refused);
  });

  it('what else cannot be looked for', async () => {
    const refused = { code: 'BAD_USER_INPUT' };
    await expect(list({}, 'no id')).rejects.toMatchObject(refused);
    await expect(list({ recordKey: '\0' })).rejects.toMatchObject(refused);
    const ids = app.webhooks.redeliver(AT, { kind: 'ids', ids: ['no id'] });
    await expect(ids).rejects.toMatchObject(refused);
  });
});
