/** Receivers that take long, and those that do not work. */
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import { createDeliveryEngine, type DeliveryEngine, type Row } from '../../support/delivery-engine.ts';

let engine: DeliveryEngine;
let held: ServerResponse[] = [];
beforeEach(async () => {
  held = [];
  engine = await createDeliveryEngine();
});
afterEach(() => engine.dispose());

function hang(): void {
  engine.receiver.answer = (_, response) => void held.push(response);
}

function answer(status: number, afterMs = 0): void {
  engine.receiver.answer = (_, response) => void setTimeout(() => response.writeHead(status).end(), afterMs);
}

async function only(): Promise<Row> {
  const [delivery, ...others] = await engine.deliveries();
  if (delivery === undefined || others.length > 0) throw new Error('There is not one delivery');
  return delivery;
}

const events = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, place) => engine.create({ title: `t${place}` })));
const statuses = async () => (await engine.deliveries()).map(({ status }) => status);
const requests = () => engine.receiver.received.length;

test('an event does not wait for a receiver that hangs, and nobody else sends it meanwhile', async () => {
  const [worker, other] = [engine.worker(), engine.worker()];
  hang();
  const event = await engine.create();
  const startedAt = performance.now();
  await worker.handle(event);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  const waiting = await only();
  expect(waiting).toMatchObject({ status: 'pending', claim: 1, tries: 0, last_status: null });
  expect(waiting['due_in']).toBeGreaterThan(5);
  expect(waiting['due_in']).toBeLessThanOrEqual(10);
  await other.look();
  await until(async () => (await only())['due_at'] !== waiting['due_at']);
  expect(requests()).toBe(1);
  held[0]?.writeHead(200).end('late');
  await until(async () => (await only())['status'] === 'delivered');
  expect(await engine.attempts()).toMatchObject([{ number: 1, status: 200, response: 'late' }]);
  expect(requests()).toBe(1);
});

test('one that does not answer in time has failed', async () => {
  const worker = engine.worker({ settings: { timeoutMs: 2_000 } });
  hang();
  await worker.handle(await engine.create());
  await until(async () => (await only())['status'] === 'retrying');
  expect(await only()).toMatchObject({ tries: 1, error: 'the receiver did not answer in time' });
  expect((await only())['due_in']).toBeGreaterThan(25);
});

test('many events do not wait for it, and are all delivered in the end', async () => {
  const worker = engine.worker();
  hang();
  const all = await events(100);
  const startedAt = performance.now();
  await Promise.all(all.map((event) => worker.handle(event)));
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  expect(requests()).toBeLessThanOrEqual(32);
  answer(204);
  for (const response of held) response.writeHead(204).end();
  await until(async () => (await statuses()).filter((status) => status === 'delivered').length === 100);
  const ids = engine.receiver.received.map(({ headers }) => headers['webhook-id']);
  expect(new Set(ids).size).toBe(100);
  expect(ids).toHaveLength(100);
});

test('what hangs is given back at the end, and sent by another one at once', async () => {
  const worker = engine.worker({ isDeaf: true });
  hang();
  await worker.handle(await engine.create());
  expect(requests()).toBe(1);
  answer(204);
  await worker.close(50);
  expect((await only())['due_in']).toBeLessThanOrEqual(0);
  const other = engine.worker();
  expect(await other.look()).toBe(true);
  await until(async () => (await only())['status'] === 'delivered');
  expect(await only()).toMatchObject({ claim: 2, tries: 0 });
});

test('an event whose receiver hangs while the worker ends comes back', async () => {
  const worker = engine.worker();
  hang();
  const event = await engine.create();
  const handled = worker.handle(event);
  const failed = expect(handled).rejects.toMatchObject({ code: 'NOT_READY' });
  await until(() => requests() === 1);
  await worker.close(0);
  await failed;
  expect(await engine.deliveries()).toEqual([]);
  answer(204);
  await engine.worker().deliver(engine.model, event, true);
  expect(await only()).toMatchObject({ status: 'delivered' });
});

test('what is given to a worker that has ended is stored for others', async () => {
  const worker = engine.worker();
  await worker.close(0);
  await worker.handle(await engine.create());
  expect(requests()).toBe(0);
  expect(await only()).toMatchObject({ status: 'pending', claim: 0, tries: 0 });
  await engine.worker().look();
  await until(async () => (await only())['status'] === 'delivered');
});

test('what is due goes out before a worker ends', async () => {
  const worker = engine.worker();
  answer(204, 300);
  const handled = events(3).then((all) => Promise.all(all.map((event) => worker.handle(event))));
  await until(() => requests() === 3);
  await worker.close(10_000);
  expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered']);
  await handled;
});

test('what was answered is stored before a worker ends', async () => {
  answer(500);
  await engine.worker().handle(await engine.create());
  const worker = engine.worker({
    wrap: (database) => ({
      query: (...given) => database.query(...given),
      transaction: (...given) => sleep(500).then(() => database.transaction(...given)),
      close: () => database.close(),
    }),
  });
  answer(204);
  await engine.hurry();
  await worker.look();
  await until(() => requests() === 2);
  await sleep(100);
  await worker.close(10_000);
  expect(await statuses()).toEqual(['delivered']);
});

test('one that fails is asked seldom, which takes no attempts of what waits, and gets all when it works', async () => {
  const worker = engine.worker();
  answer(500);
  const [first, others] = [await events(5), await events(20)];
  for (const event of first) await worker.handle(event);
  expect(requests()).toBe(5);
  await Promise.all(others.map((event) => worker.handle(event)));
  expect(requests()).toBeLessThanOrEqual(6);
  await sleep(2_000);
  expect(requests()).toBeLessThanOrEqual(8);
  const waiting = (await engine.deliveries()).filter(({ status }) => status === 'pending');
  expect(waiting.length).toBeGreaterThanOrEqual(17);
  for (const delivery of waiting) expect(delivery).toMatchObject({ claim: 0, tries: 0, error: null });
  answer(204);
  await until(async () => (await statuses()).every((status) => status !== 'pending'));
  await engine.hurry();
  await worker.look();
  await until(async () => (await statuses()).every((status) => status === 'delivered'));
});

test('what waits in memory when it is found out is not sent on', async () => {
  const worker = engine.worker();
  answer(503, 100);
  const all = await events(80);
  await Promise.all(all.map((event) => worker.handle(event)));
  // As many as go out at once, one in place of each of the first failures, and perhaps one to see how it is.
  expect(requests()).toBeLessThanOrEqual(38);
  expect((await statuses()).filter((status) => status === 'pending').length).toBeGreaterThanOrEqual(42);
  expect(await statuses()).toHaveLength(80);
});

test('one that asks for time gets nothing meanwhile', async () => {
  const worker = engine.worker();
  engine.receiver.answer = (_, response) => response.writeHead(429, { 'Retry-After': '60' }).end();
  const [first, ...others] = await events(4);
  if (first === undefined) throw new Error('no event');
  await worker.handle(first);
  await Promise.all(others.map((event) => worker.handle(event)));
  expect(requests()).toBe(1);
  expect((await statuses()).toSorted()).toEqual(['pending', 'pending', 'pending', 'retrying']);
  for (const { due_in: dueIn } of await engine.deliveries()) expect(dueIn).toBeGreaterThan(50);
});

test('what is stored has its turn while more comes than can be sent', async () => {
  const worker = engine.worker();
  answer(500);
  // One less than what the endpoint counts as not working by.
  const stored = await events(4);
  await Promise.all(stored.map((event) => worker.handle(event)));
  answer(204, 30);
  let isOver = false;
  // The same events again and again, which is faster than to make new ones.
  const flood = (await events(150)).map(async (event) => {
    while (!isOver) await worker.handle(event);
  });
  await engine.rows("UPDATE _webhook_deliveries SET due_at = clock_timestamp() WHERE status = 'retrying'");
  worker.lookIn(0);
  const waiting = "SELECT count(*)::int FROM _webhook_deliveries WHERE status = 'retrying'";
  await until(async () => (await engine.rows(waiting))[0]?.[0] === 0);
  isOver = true;
  await Promise.all(flood);
});
