import { randomBytes } from 'node:crypto';
import { webhookSecret } from '@rocket/schema';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  ANY,
  AT,
  createWebhookAdminApp,
  HOOK_KEY,
  type WebhookAdminApp,
} from '../support/webhook-admin-app.ts';
import type { Received } from '../support/webhook-app.ts';

let app: WebhookAdminApp;
beforeAll(async () => {
  app = await createWebhookAdminApp();
});
afterAll(() => app?.dispose());
beforeEach(() => app.clear());

const test = async (path: string) => app.webhooks.test(AT, { endpoint: (await app.endpoint(path)).id });
const received = (): Received => {
  const [first, ...others] = app.receiver.received;
  if (first === undefined || others.length > 0) throw new Error('It was not called once');
  return first;
};
const headersOf = ({ headers }: Received) =>
  Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
  );

it('is sent once, as the document says, signed, and kept', async () => {
  app.receiver.answer = (_, response) => response.writeHead(202).end('thanks');
  const { id: endpoint } = await app.endpoint('/a');
  const { secret } = await app.webhooks.secret(AT, { endpoint });
  const detail = await test('/a');
  const request = received();
  expect(request).toMatchObject({
    path: '/a',
    method: 'PATCH',
    headers: { 'x-key': `Bearer ${HOOK_KEY}`, 'content-type': 'application/json', 'webhook-id': detail.id },
  });
  expect(new Webhook(secret).verify(request.text, headersOf(request))).toEqual({
    ...{ event: 'test', entity: null, action: 'test', record: {}, user: { id: null, roles: [] } },
    timestamp: detail.createdAt,
    idempotency_key: expect.stringMatching(/^wh_[0-9a-f-]{36}$/),
  });
  expect(detail).toEqual({
    ...{ id: expect.any(String), endpoint, url: `${app.receiver.base}/a`, event: 'test', method: 'PATCH' },
    ...{ entity: null, recordKey: null, status: 'delivered', attempts: 1, maxAttempts: 1, lastStatus: 202 },
    ...{ error: null, createdAt: expect.any(String), dueAt: null, endedAt: expect.any(String) },
    body: request.text,
    log: [
      {
        ...{ number: 1, at: detail.createdAt, durationMs: expect.any(Number), status: 202 },
        ...{ error: null, response: 'thanks' },
      },
    ],
  });
  expect(Date.parse(detail.endedAt ?? '') - Date.parse(detail.createdAt)).toBe(detail.log[0]?.durationMs);
  expect(await app.webhooks.delivery(AT, { id: detail.id })).toEqual(detail);
  const listed = await app.webhooks.deliveries(AT, {
    filter: { ...ANY, event: 'test' },
    after: null,
    limit: 5,
  });
  expect(listed.map(({ id }) => id)).toEqual([detail.id]);
});

it.each([
  ['/b', 'PUT'],
  ['/c', 'POST'],
])('takes the request of an action too: %s', async (path, method) => {
  expect(await test(path)).toMatchObject({ status: 'delivered', method });
  expect(received()).toMatchObject({ path, method });
});

it('is a plain POST where the document does not call any more', async () => {
  const { id: endpoint } = await app.endpoint('/a');
  const detail = await app.webhooksOf({ served: null }).test(AT, { endpoint });
  expect(detail).toMatchObject({ status: 'delivered', method: 'POST' });
  expect(received().headers).not.toHaveProperty('x-key');
});

it('is signed with both secrets while one is replaced', async () => {
  const { id: endpoint } = await app.endpoint('/a');
  const { secret: former } = await app.webhooks.secret(AT, { endpoint });
  const secret = webhookSecret(randomBytes(64));
  await app.webhooks.rotate(AT, { endpoint, secret, overlapMs: 60_000 });
  await test('/a');
  const request = received();
  expect(headersOf(request)['webhook-signature']?.split(' ')).toHaveLength(2);
  for (const each of [secret, former])
    expect(new Webhook(each).verify(request.text, headersOf(request))).toMatchObject({ event: 'test' });
  const foreign = new Webhook(webhookSecret(randomBytes(32)));
  expect(() => foreign.verify(request.text, headersOf(request))).toThrow('No matching signature');
});

it('is sent to an endpoint that is disabled, which stays so', async () => {
  const { id: endpoint } = await app.endpoint('/a');
  await app.webhooks.setEnabled(AT, { endpoint, isEnabled: false });
  expect(await test('/a')).toMatchObject({ status: 'delivered' });
  expect(await app.endpoint('/a')).toMatchObject({ disabled: { reason: 'admin' } });
});

describe('that is not accepted', () => {
  it.each([302, 410, 500])('has failed with %i, and is not repeated', async (status) => {
    app.receiver.answer = (_, response) => response.writeHead(status, { location: '/b' }).end('no');
    expect(await test('/a')).toMatchObject({
      ...{ status: 'failed', lastStatus: status, error: `the receiver answered with ${status}`, dueAt: null },
      ...{ attempts: 1, maxAttempts: 1, log: [{ status, error: null, response: 'no' }] },
    });
    expect(received().path).toBe('/a');
    expect(await app.endpoint('/a')).toMatchObject({ disabled: null, failingSince: null, failed: 1 });
  });

  it('says why there was no answer, without the address', async () => {
    app.receiver.answer = (_, response) => response.destroy();
    const error = 'the receiver could not be reached';
    expect(await test('/a')).toMatchObject({
      ...{ status: 'failed', lastStatus: null, error, log: [{ status: null, error, response: '' }] },
    });
  });

  it.each([
    ['the address', { allow: [] }],
    ['a variable', { variables: {} }],
  ])('was not sent for want of %s', async (_, options) => {
    const { id: endpoint } = await app.endpoint('/a');
    const error = 'the operator allows no requests to its address, or no header of it';
    expect(await app.webhooksOf(options).test(AT, { endpoint })).toMatchObject({
      ...{ status: 'failed', error, log: [{ status: null, error }] },
    });
    expect(app.receiver.received).toEqual([]);
  });

  it('has waited for ten seconds at most', { timeout: 30_000 }, async () => {
    app.receiver.answer = () => undefined;
    const detail = await test('/a');
    expect(detail).toMatchObject({ status: 'failed', error: 'the receiver did not answer in time' });
    expect(detail.log[0]?.durationMs).toBeGreaterThanOrEqual(9_900);
    expect(detail.log[0]?.durationMs).toBeLessThan(20_000);
  });
});

it.each([
  ['the beginning', `${'x'.repeat(4_095)}é`, 'x'.repeat(4_095)],
  ['all', `${'x'.repeat(4_094)}é`, `${'x'.repeat(4_094)}é`],
  ['what Postgres can store', 'a\0b', 'a\uFFFDb'],
])('keeps %s of an answer', async (_, body, kept) => {
  app.receiver.answer = (_request, response) => response.end(body);
  expect((await test('/a')).log[0]?.response).toBe(kept);
});
