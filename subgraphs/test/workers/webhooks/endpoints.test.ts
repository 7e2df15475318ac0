/** Endpoints that get nothing any more. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import {
  createDeliveryEngine,
  type DeliveryEngine,
  type Row,
  type TestWorker,
} from '../../support/delivery-engine.ts';

let engine: DeliveryEngine;
let worker: TestWorker;
beforeEach(async () => {
  engine = await createDeliveryEngine();
  worker = engine.worker();
});
afterEach(() => engine.dispose());

function answer(status: number): void {
  engine.receiver.answer = (_, response) => response.writeHead(status).end();
}

const endpoint = async (): Promise<Row | undefined> => (await engine.endpoints())[0];
const states = async () => (await engine.deliveries()).map(({ status, error }) => [status, error]);
const send = async (title: string) => worker.handle(await engine.create({ title }));
const fail = (hours: number) =>
  engine.rows(`UPDATE _webhook_endpoints SET failing_since = clock_timestamp() - $1::int * interval '1 h'`, [
    hours,
  ]);
const requests = () => engine.receiver.received.length;
/** What a worker knows of endpoints is some seconds old; a new one knows nothing yet. */
const anew = () => {
  worker = engine.worker();
};

test('one that is gone gets nothing, neither what waits nor what comes', async () => {
  answer(500);
  await send('waits');
  answer(410);
  await send('gone');
  expect(await endpoint()).toMatchObject({ disabled_reason: 'gone', disabled_at: expect.any(String) });
  await send('later');
  expect(requests()).toBe(2);
  expect(await states()).toEqual([
    ['failed', 'the endpoint is disabled'],
    ['failed', 'the receiver answered with 410'],
    ['failed', 'the endpoint is disabled'],
  ]);
  expect(await worker.look()).toBe(false);
  expect(await engine.attempts()).toHaveLength(2);
});

test('since when it fails is noted, until it accepts something', async () => {
  await send('well');
  expect(await endpoint()).toMatchObject({ failing_since: null });
  answer(400);
  await send('bad');
  const since = (await endpoint())?.['failing_since'];
  expect(since).toEqual(expect.any(String));
  await send('bad too');
  expect((await endpoint())?.['failing_since']).toBe(since);
  answer(204);
  await send('well again');
  expect(await endpoint()).toMatchObject({ failing_since: null, disabled_at: null });
});

test('one that has failed for days is disabled, unless it was sent little meanwhile', async () => {
  answer(500);
  await send('one');
  await fail(121);
  anew();
  for (const title of ['a', 'b', 'c']) await send(title);
  expect(await endpoint()).toMatchObject({ disabled_at: null });
  await fail(119);
  anew();
  await send('two');
  expect(await endpoint()).toMatchObject({ disabled_at: null });
  await fail(121);
  anew();
  await send('three');
  expect(await endpoint()).toMatchObject({ disabled_reason: 'failing' });
  expect(new Set((await states()).map(([status]) => status))).toEqual(new Set(['failed']));
});

test('one that has accepted something meanwhile is not', async () => {
  await send('well');
  await fail(121);
  anew();
  answer(500);
  await send('bad');
  expect(await endpoint()).toMatchObject({ disabled_at: null });
  expect(await states()).toEqual([
    ['delivered', null],
    ['retrying', 'the receiver answered with 500'],
  ]);
});

test('one that is disabled and enabled again by somebody is seen soon', async () => {
  await send('well');
  const set = (state: string) =>
    engine.rows(
      `UPDATE _webhook_endpoints SET disabled_at = ${state}, disabled_reason = CASE WHEN ${state} IS NULL THEN NULL ELSE 'admin' END`,
    );
  await set('now()');
  await until(async () => {
    await send('off');
    return (await states()).some(([status]) => status === 'failed');
  });
  const before = requests();
  await send('off too');
  expect(requests()).toBe(before);
  await set('NULL');
  await until(async () => {
    await send('on');
    return requests() > before;
  });
});

test('what is asked for at once when it is enabled again is sent', async () => {
  await send('well');
  await engine.rows("UPDATE _webhook_endpoints SET disabled_at = now(), disabled_reason = 'admin'");
  anew();
  await send('off');
  expect(await states()).toContainEqual(['failed', 'the endpoint is disabled']);
  await engine.rows('UPDATE _webhook_endpoints SET disabled_at = NULL, disabled_reason = NULL');
  await engine.rows(
    "UPDATE _webhook_deliveries SET status = 'pending', due_at = now(), ended_at = NULL WHERE status = 'failed'",
  );
  worker.lookIn(0);
  await until(async () => (await states()).every(([status]) => status === 'delivered'));
});

test('one that another worker has made is known', async () => {
  // Has read the endpoints before there is one.
  const other = engine.worker();
  expect(await other.look()).toBe(false);
  answer(500);
  await send('one');
  answer(204);
  await engine.hurry();
  await worker.close(0);
  await other.look();
  await until(async () => (await states()).every(([status]) => status === 'delivered'));
});

test('many new ones are made at once', async () => {
  const hooks = Array.from({ length: 12 }, (_, place) => ({ path: `/at/${place}` }));
  const many = await createDeliveryEngine({ hooks });
  try {
    const workers = [many.worker(), many.worker()];
    await Promise.all(workers.map(async (each) => each.handle(await many.create())));
    expect(many.receiver.received).toHaveLength(24);
    expect(await many.endpoints()).toHaveLength(12);
    expect(new Set((await many.deliveries()).map(({ status }) => status))).toEqual(new Set(['delivered']));
  } finally {
    await many.dispose();
  }
});

test('one that the operator allows no request to is none that fails', async () => {
  const allowed = await createDeliveryEngine({
    hooks: [{ headers: { 'X-Key': '{{env.OTHER}}' } }, { hook: 'after_delete' }],
  });
  try {
    const each = allowed.worker();
    const [first, ...others] = await Promise.all(Array.from({ length: 8 }, () => allowed.create()));
    if (first === undefined) throw new Error('no event');
    for (const event of [first, ...others]) await each.handle(event);
    expect(new Set((await allowed.deliveries()).map(({ status }) => status))).toEqual(new Set(['retrying']));
    expect(await allowed.endpoints()).toMatchObject([{ failing_since: null, disabled_at: null }]);
    await each.handle(await allowed.remove(first));
    expect(allowed.receiver.received).toHaveLength(1);
  } finally {
    await allowed.dispose();
  }
});
