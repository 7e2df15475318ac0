/** The database goes away while things are sent, and what is old is removed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@rocket/platform';
import { deliveryId } from '@rocket/schema';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import { deleteOldDeliveries } from '../../../src/webhooks/delivery-sql.ts';
import { createDeliveryEngine, type DeliveryEngine } from '../../support/delivery-engine.ts';

let engine: DeliveryEngine;
beforeEach(async () => {
  engine = await createDeliveryEngine();
});
afterEach(() => engine.dispose());

const requests = () => engine.receiver.received.length;
const statuses = async () => (await engine.deliveries()).map(({ status }) => status);
const away = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

/** Cannot be written to while that is so. */
function failing(isAway: () => boolean): (database: Database) => Database {
  return (database) => ({
    query: (...given) => database.query(...given),
    transaction: (...given) => (isAway() ? Promise.reject(away()) : database.transaction(...given)),
    close: () => database.close(),
  });
}

test('what was sent is stored as soon as it can be, and not sent again', async () => {
  let left = 4;
  const isAway = () => {
    left -= 1;
    return left >= 0;
  };
  const worker = engine.worker({ wrap: failing(isAway) });
  const events = await Promise.all([engine.create(), engine.create(), engine.create()]);
  await Promise.all(events.map((event) => worker.handle(event)));
  expect(left).toBeLessThan(0);
  expect(requests()).toBe(3);
  expect(await statuses()).toEqual(['delivered', 'delivered', 'delivered']);
});

test('an event whose outcome cannot be stored comes back, and nothing further is sent until then', async () => {
  let isAway = true;
  const worker = engine.worker({ wrap: failing(() => isAway) });
  const event = await engine.create();
  await expect(worker.handle(event)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  expect(await engine.deliveries()).toEqual([]);
  isAway = false;
  await worker.deliver(engine.model, event, true);
  expect(await statuses()).toEqual(['delivered']);
  expect(new Set(engine.receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('nothing is sent while nothing can be stored', async () => {
  let isAway = false;
  const worker = engine.worker({
    wrap: (database) => ({
      ...failing(() => isAway)(database),
      query: (...given) => (isAway ? Promise.reject(away()) : database.query(...given)),
    }),
  });
  await worker.handle(await engine.create());
  isAway = true;
  await expect(worker.handle(await engine.create())).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const before = requests();
  for (const event of [await engine.create(), await engine.create()])
    await expect(worker.handle(event)).rejects.toMatchObject({
      code: expect.stringMatching(/^(ECONNREFUSED|NOT_READY)$/),
    });
  expect(requests()).toBe(before);
});

test('connections that are ended lose nothing', async () => {
  const worker = engine.worker();
  const end = () =>
    engine.rows(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sender' AND datname = current_database()",
    );
  engine.receiver.answer = (_, response) => void setTimeout(() => response.writeHead(204).end(), 20);
  const events = await Promise.all(Array.from({ length: 60 }, () => engine.create()));
  let isOver = false;
  const handled = Promise.all(
    events.map(async (event, place) => {
      await sleep(place * 20);
      // As the consumer does: what fails comes back.
      for (let isReturned = false; !isOver; isReturned = true) {
        const isDone = await worker.deliver(engine.model, event, isReturned).then(
          () => true,
          () => false,
        );
        if (isDone) return;
        await sleep(50);
      }
    }),
  );
  for (let times = 0; times < 8; times += 1) {
    await end();
    await sleep(120);
  }
  await handled;
  isOver = true;
  await until(async () => (await statuses()).filter((status) => status === 'delivered').length === 60);
  expect(await engine.deliveries()).toHaveLength(60);
});

test('what is delivered or has failed is removed after its time with its attempts, and nothing that waits', async () => {
  const worker = engine.worker();
  const [old, now] = [new Date(Date.now() - 9 * 86_400_000), new Date()];
  await worker.handle(await engine.create());
  await worker.handle(await engine.create());
  const add = async (at: Date, status: string, due: string) => {
    const id = deliveryId(at.toISOString(), `${status} ${at.toISOString()}`);
    await engine.rows(
      `INSERT INTO _webhook_deliveries (id, endpoint_id, form, event, body, status, claim, tries, due_at, created_at)
       SELECT $1::uuid, endpoint_id, form, event, body, $2, 1, 1, ${due}, $3::timestamptz FROM _webhook_deliveries LIMIT 1`,
      [id, status, at.toISOString()],
    );
    await engine.rows(
      `INSERT INTO _webhook_attempts (delivery_id, number, at, duration_ms, status, response) VALUES ($1::uuid, 1, now(), 1, 500, '')`,
      [id],
    );
    return id;
  };
  for (const status of ['delivered', 'failed']) await add(old, status, 'NULL');
  const kept = [
    await add(old, 'pending', "now() + interval '1 day'"),
    await add(new Date(old.getTime() + 1), 'retrying', "now() - interval '1 day'"),
    await add(now, 'failed', 'NULL'),
  ];
  const before = new Date(Date.now() - 7 * 86_400_000);
  const { text, values } = deleteOldDeliveries(before, 1);
  expect(await engine.rows(text, values)).toHaveLength(1);
  expect(await engine.rows(text, values)).toHaveLength(1);
  expect(await engine.rows(text, values)).toEqual([]);
  const ids = (await engine.deliveries()).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(kept));
  expect(ids).toHaveLength(5);
  expect(await engine.attempts()).toHaveLength(5);
});

test('a worker removes what is old once the app has webhooks', async () => {
  await engine.worker().handle(await engine.create());
  const [old] = await engine.deliveries();
  expect(await engine.attempts()).toHaveLength(1);
  // The moment of the first time is chosen by chance: now.
  const chance = vi.spyOn(Math, 'random').mockReturnValue(0);
  try {
    await engine.worker({ settings: { logDays: 0 } }).handle(await engine.create());
    await until(async () => !(await engine.deliveries()).some(({ id }) => id === old?.['id']));
    expect((await engine.attempts()).filter(({ delivery_id: of }) => of === old?.['id'])).toEqual([]);
  } finally {
    chance.mockRestore();
  }
});
