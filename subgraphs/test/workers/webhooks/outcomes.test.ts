/** What is sent for an event, and what the answer of its receiver means. */
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import {
  createDeliveryEngine,
  type DeliveryEngine,
  type DeliveryEngineOptions,
} from '../../support/delivery-engine.ts';
import type { Received } from '../../support/webhook-app.ts';

let engine: DeliveryEngine;
afterEach(() => engine.dispose());

async function start(options: DeliveryEngineOptions = {}) {
  engine = await createDeliveryEngine(options);
  return { ...engine, ...engine.worker() };
}

function answer(
  status: number,
  { headers = {}, body = '' }: { headers?: object; body?: string | Buffer } = {},
): void {
  engine.receiver.answer = (_, response) => response.writeHead(status, { ...headers }).end(body);
}

function verified({ text, headers }: Received, secret: unknown): unknown {
  const sent = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return new Webhook(String(secret)).verify(text, Object.fromEntries(sent));
}

const only = <T>(all: readonly T[]): T => {
  const [one, ...others] = all;
  if (one === undefined || others.length > 0) throw new Error(`There are ${all.length}`);
  return one;
};

test('an event is delivered, signed, and what came of it is kept', async () => {
  const { handle, create, receiver, deliveries, attempts, endpoints } = await start();
  answer(201, { body: 'thanks' });
  await handle(await create({ title: 'one' }));
  const request = only(receiver.received);
  const endpoint = only(await endpoints());
  const delivery = only(await deliveries());
  expect(verified(request, endpoint['secret'])).toMatchObject({
    event: 'after_write',
    action: 'create',
    record: { title: 'one' },
    user: { id: 'u-admin', roles: ['admin'] },
  });
  expect(() => verified({ ...request, text: `${request.text} ` }, endpoint['secret'])).toThrow();
  expect(delivery).toMatchObject({
    ...{
      id: request.headers['webhook-id'],
      endpoint_id: endpoint['id'],
      event: 'after_write',
      entity: 'task',
    },
    ...{ status: 'delivered', claim: 1, tries: 0, due_at: null, last_status: 201, error: null },
    ...{ body: request.text, ended_at: expect.any(String) },
  });
  expect(only(await attempts())).toMatchObject({
    ...{ delivery_id: delivery['id'], number: 1, status: 201, error: null, response: 'thanks' },
  });
});

test('a failure is repeated half a minute later under the same id, and then delivered', async () => {
  const { handle, create, receiver, deliveries, attempts, hurry, look } = await start();
  answer(500, { body: 'not now' });
  await handle(await create());
  const failed = only(await deliveries());
  expect(failed).toMatchObject({ status: 'retrying', claim: 1, tries: 1, last_status: 500, ended_at: null });
  expect(failed['error']).toBe('the receiver answered with 500');
  expect(failed['due_in']).toBeGreaterThan(25);
  expect(failed['due_in']).toBeLessThanOrEqual(33);
  answer(204);
  await hurry();
  await look();
  await until(async () => only(await deliveries())['status'] === 'delivered');
  expect(only(await deliveries())).toMatchObject({ claim: 2, tries: 1, last_status: 204, error: null });
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id']))).toEqual(
    new Set([failed['id']]),
  );
  expect(receiver.received.map(({ text }) => text)).toEqual([failed['body'], failed['body']]);
  expect((await attempts()).map(({ number, status }) => [number, status])).toEqual([
    [1, 500],
    [2, 204],
  ]);
});

test('when its attempts are used up it has failed', async () => {
  const { handle, create, receiver, deliveries, hurry, look } = await start({
    hooks: [{ retry: { max_attempts: 2 } }],
  });
  answer(404);
  await handle(await create());
  await hurry();
  await look();
  await until(async () => only(await deliveries())['status'] === 'failed');
  expect(only(await deliveries())).toMatchObject({
    claim: 2,
    tries: 2,
    due_at: null,
    ended_at: expect.any(String),
  });
  expect(await look()).toBe(false);
  expect(receiver.received).toHaveLength(2);
});

describe('a receiver that asks for time', () => {
  test.each([
    ['seconds', 429, (): string => '120', [100, 132]],
    ['a date', 503, (): string => new Date(Date.now() + 120_000).toUTCString(), [90, 133]],
    ['less than the policy', 429, (): string => '1', [25, 33]],
    ['more than half a day', 503, (): string => '999999', [43_000, 43_201]],
    ['what cannot be read', 503, (): string => 'soon', [25, 33]],
    ['it with another status', 400, (): string => '120', [25, 33]],
  ] as const)('by %s', async (_, status, asked, [least, most]) => {
    const { handle, create, deliveries } = await start();
    answer(status, { headers: { 'Retry-After': asked() } });
    await handle(await create());
    const delivery = only(await deliveries());
    expect(delivery).toMatchObject({ status: 'retrying', last_status: status });
    expect(delivery['due_in']).toBeGreaterThan(least);
    expect(delivery['due_in']).toBeLessThanOrEqual(most);
  });
});

test.each([
  ['long', Buffer.from('ü'.repeat(5_000)), 2_048],
  ['with NUL', Buffer.from('a\0b'), 3],
  ['of garbage', Buffer.from([0xff, 0xfe, 0x00, 0xc3, 0x28]), 5],
  ['empty', Buffer.alloc(0), 0],
])('an answer that is %s is kept as far as it can be', async (_, body, length) => {
  const { handle, create, attempts, deliveries } = await start();
  answer(200, { body });
  await handle(await create());
  expect(only(await deliveries())).toMatchObject({ status: 'delivered' });
  expect(only(await attempts())['response']).toHaveLength(length);
});

test('a redirect is followed by nobody, and is no success', async () => {
  const { handle, create, receiver, deliveries } = await start();
  answer(302, { headers: { location: `${receiver.base}/other` } });
  await handle(await create());
  expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  expect(only(await deliveries())).toMatchObject({ status: 'retrying', last_status: 302 });
});

test('a receiver that is not there is tried again', async () => {
  const { handle, create, deliveries, attempts } = await start({
    more: () => ({ webhooks: [{ entity: 'task', url: 'http://127.0.0.1:1/' }] }),
  });
  await handle(await create());
  const error = 'the receiver could not be reached';
  expect(only(await deliveries())).toMatchObject({ status: 'retrying', last_status: null, error });
  expect(only(await attempts())).toMatchObject({ status: null, error, response: '' });
});

test('while a secret is changed both sign', async () => {
  const { handle, create, receiver, rows, endpoints } = await start();
  await handle(await create());
  const former = only(await endpoints())['secret'];
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const rotate = `UPDATE _webhook_endpoints SET secret = $1, former_secret = secret, former_until = now() + interval '1 h'`;
  await rows(rotate, [secret]);
  const other = engine.worker();
  await other.handle(await create({ title: 'two' }));
  const [, request] = receiver.received;
  if (request === undefined) throw new Error('Nothing was received');
  expect(String(request.headers['webhook-signature']).split(' ')).toHaveLength(2);
  for (const each of [former, secret])
    expect(verified(request, each)).toMatchObject({ record: { title: 'two' } });
});

test('headers take variables that the operator lists, and nothing is sent without them', async () => {
  const { handle, create, receiver, deliveries } = await start({
    hooks: [
      { path: '/key', headers: { 'X-Key': 'Key {{env.KEY}}' } },
      { path: '/other', headers: { 'X-Key': '{{env.OTHER}}' } },
    ],
    variables: { KEY: 'k' },
  });
  await handle(await create());
  expect(receiver.received.map(({ path, headers }) => [path, headers['x-key']])).toEqual([['/key', 'Key k']]);
  const states = (await deliveries()).map(({ status, error }) => [status, error]);
  expect(states).toContainEqual(['delivered', null]);
  expect(states).toContainEqual([
    'retrying',
    'the operator allows no requests to its address, or no header of it',
  ]);
});

test('a GET has no body, and is signed', async () => {
  const { handle, create, receiver, endpoints } = await start({ hooks: [{ method: 'GET' }] });
  await handle(await create());
  const request = only(receiver.received);
  expect([request.method, request.text, request.headers['content-type']]).toEqual(['GET', '', undefined]);
  const [timestamp, id] = [request.headers['webhook-timestamp'], String(request.headers['webhook-id'])];
  const signed = new Webhook(String(only(await endpoints())['secret'])).sign(
    id,
    new Date(Number(timestamp) * 1_000),
    '',
  );
  expect(request.headers['webhook-signature']).toBe(signed);
});

test('a condition that has no value is told, and the receiver is not asked', async () => {
  const { handle, create, receiver, deliveries, attempts } = await start({
    hooks: [{ condition: 'record.count / 0 > 1' }, { path: '/other', condition: "record.title == 'b'" }],
  });
  await handle(await create({ title: 'a', count: 1 }));
  expect(receiver.received).toEqual([]);
  expect(only(await deliveries())).toMatchObject({ status: 'failed', claim: 0, tries: 0, due_at: null });
  expect(only(await deliveries())['error']).toMatch(/^Its condition has no value: /);
  expect(await attempts()).toEqual([]);
});

test('an event that was too large for the stream is completed', async () => {
  const { handle, create, receiver } = await start();
  const record = await create({ title: 'whole' });
  if (record.kind !== 'change') throw new Error('It is no change');
  await handle({ kind: 'change', event: { ...record.event, record: null, previous: null, omitted: true } });
  expect(only(receiver.received).payload).toMatchObject({ record: { title: 'whole' } });
});

test('deletes and transitions are sent as they are meant', async () => {
  const { handle, create, update, remove, receiver, deliveries } = await start({
    hooks: [{ path: '/gone', hook: 'after_delete' }],
    more: (base) => ({
      state_machines: [
        {
          ...{ entity: 'task', field: 'status' },
          definition: {
            initial: 'new',
            transitions: [
              { from: 'new', to: 'done', actions: [{ type: 'webhook', url: `${base}/done`, method: 'PUT' }] },
            ],
          },
        },
      ],
    }),
  });
  const created = await create({ title: 'a' });
  await handle(created);
  await handle(await update(created, { status: 'done' }, 'effect'));
  await handle(await remove(created));
  expect(receiver.received.map(({ path, method }) => [path, method])).toEqual([
    ['/done', 'PUT'],
    ['/gone', 'POST'],
  ]);
  expect(receiver.received[0]?.payload).toMatchObject({ title: 'a', status: 'done' });
  expect(receiver.received[1]?.payload).toMatchObject({ event: 'after_delete', record: { status: 'done' } });
  expect((await deliveries()).map(({ event, status }) => [event, status])).toEqual([
    ['transition', 'delivered'],
    ['after_delete', 'delivered'],
  ]);
});
