import { type DeliveryFilter, encodeDue } from '@rocket/schema';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import {
  ANY,
  AT,
  createWebhookAdminApp,
  UNKNOWN,
  type WebhookAdminApp,
} from '../support/webhook-admin-app.ts';

let app: WebhookAdminApp;
let endpoint: string;
let other: string;
beforeAll(async () => {
  app = await createWebhookAdminApp();
});
afterAll(() => app?.dispose());
beforeEach(async () => {
  await app.clear();
  endpoint = (await app.endpoint('/a')).id;
  other = (await app.endpoint('/b')).id;
});

const byIds = (...ids: string[]) => app.webhooks.redeliver(AT, { kind: 'ids', ids });
const byFilter = (filter: Partial<DeliveryFilter> = {}) =>
  app.webhooks.redeliver(AT, { kind: 'filter', filter: { ...ANY, ...filter } });
const disable = (id: string) => app.webhooks.setEnabled(AT, { endpoint: id, isEnabled: false });
const detail = (id: string) => app.webhooks.delivery(AT, { id });
const dueIds = async () =>
  (await app.rows('SELECT id FROM _webhook_deliveries WHERE due_at IS NOT NULL ORDER BY id')).flat();
const DUE = encodeDue({ app: AT.app, inMs: 0 });

describe('deliveries', () => {
  it('that have ended are due at once, as if they were never tried, and workers are told', async () => {
    const failed = await app.store(endpoint);
    const delivered = await app.store(endpoint, { status: 'delivered' });
    const waiting = await app.store(endpoint, { status: 'retrying' });
    const untouched = await app.store(endpoint);
    const before = await detail(waiting);
    expect(await byIds(failed, delivered.toUpperCase(), waiting, UNKNOWN)).toEqual({ count: 2 });
    for (const id of [failed, delivered]) {
      const made = await detail(id);
      expect(made).toMatchObject({ status: 'pending', error: null, endedAt: null, attempts: 1 });
      expect(Math.abs(Date.parse(made?.dueAt ?? '') - Date.now())).toBeLessThan(60_000);
    }
    expect(
      await app.rows(`SELECT DISTINCT tries, claim FROM _webhook_deliveries WHERE status = 'pending'`),
    ).toEqual([[0, 1]]);
    expect(await detail(waiting)).toEqual(before);
    expect(await detail(untouched)).toMatchObject({ status: 'failed', dueAt: null });
    await until(() => app.told.length > 0);
    expect(app.told).toMatchObject([DUE]);
  });

  it('are chosen by a filter', async () => {
    const chosen = await app.store(endpoint, { entity: 'log' });
    await app.store(endpoint);
    await app.store(other, { entity: 'log', status: 'delivered' });
    expect(await byFilter({ entity: 'log', status: 'failed' })).toEqual({ count: 1 });
    expect(await dueIds()).toEqual([chosen]);
    expect(await byFilter({ status: 'pending' })).toEqual({ count: 0 });
    expect(await byFilter()).toEqual({ count: 2 });
  });

  it('can be more than one statement takes', async () => {
    await app.store(endpoint);
    await app.rows(
      `INSERT INTO _webhook_deliveries (id, endpoint_id, form, event, body, status, claim, tries)
       SELECT gen_random_uuid(), $1, 'f', 'after_write', '{}', 'failed', 3, 3 FROM generate_series(1, 10000)`,
      [endpoint],
    );
    expect(await byFilter({ endpoint })).toEqual({ count: 10_001 });
    expect(await app.endpoint('/a')).toMatchObject({ waiting: 10_001, failed: 0 });
  });

  it('that are none are no fault', async () => {
    expect(await byIds()).toEqual({ count: 0 });
    expect(await byFilter()).toEqual({ count: 0 });
  });
});

describe('of an endpoint that is disabled', () => {
  it.each([
    ['ids', (id: string) => byIds(id)],
    ['a filter that names it', () => byFilter({ endpoint })],
  ])('nothing is sent by %s', async (_, ask) => {
    const id = await app.store(endpoint);
    const usable = await app.store(other);
    await disable(endpoint);
    const url = `${app.receiver.base}/a`;
    const refused = { code: 'CONFLICT', message: expect.stringContaining(url) };
    await expect(ask(id)).rejects.toMatchObject(refused);
    await expect(byIds(usable, id)).rejects.toMatchObject(refused);
    expect(await dueIds()).toEqual([]);
    expect(app.told).toEqual([]);
    await app.webhooks.setEnabled(AT, { endpoint, isEnabled: true });
    expect(await byIds(usable, id)).toEqual({ count: 2 });
  });

  it('other filters leave out what is for it', async () => {
    await app.store(endpoint);
    const usable = await app.store(other);
    await disable(endpoint);
    expect(await byFilter({ status: 'failed' })).toEqual({ count: 1 });
    expect(await dueIds()).toEqual([usable]);
  });

  it('what is asked for while it is being disabled has failed afterwards', async () => {
    const id = await app.store(endpoint);
    let disabled: Promise<void> | null = null;
    await app.database.transaction(async (tx) => {
      // As `redeliver` does it.
      await tx.query({ text: 'SELECT FROM _webhook_endpoints FOR SHARE', values: [] });
      await tx.query({
        text: `UPDATE _webhook_deliveries SET status = 'pending', due_at = now()`,
        values: [],
      });
      disabled = disable(endpoint);
      await until(async () => {
        const [row] = await app.rows(
          `SELECT count(*)::int FROM pg_stat_activity
           WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%_webhook_endpoints%'`,
        );
        return row?.[0] === 1;
      });
    });
    await disabled;
    expect(await detail(id)).toMatchObject({ status: 'failed', dueAt: null });
  });
});

it('says when nobody could be told, and tells it when it is asked again', async () => {
  const id = await app.store(endpoint);
  const error = new Error('down');
  const deaf = app.webhooksOf({
    bus: { publish: async () => [{ ok: false, reason: 'unavailable', error }] },
  });
  await expect(deaf.redeliver(AT, { kind: 'ids', ids: [id] })).rejects.toMatchObject({
    code: 'EVENTS_UNAVAILABLE',
    message: expect.stringContaining('will be sent'),
  });
  expect(await dueIds()).toEqual([id]);
  expect(await byIds(id)).toEqual({ count: 0 });
  await until(() => app.told.length > 0);
  expect(app.told).toMatchObject([DUE]);
});
