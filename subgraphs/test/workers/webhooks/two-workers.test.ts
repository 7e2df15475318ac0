/** Workers that share what is to be sent, and events that are handled more than once. */
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import { createDeliveryEngine, type DeliveryEngine, type Row } from '../../support/delivery-engine.ts';

let engine: DeliveryEngine;
beforeEach(async () => {
  engine = await createDeliveryEngine();
});
afterEach(() => engine.dispose());

const requests = () => engine.receiver.received.length;
const statuses = async () => (await engine.deliveries()).map(({ status }) => status);
const answer = (status: number): void => {
  engine.receiver.answer = (_, response) => response.writeHead(status).end();
};

async function only(): Promise<Row> {
  const [delivery, ...others] = await engine.deliveries();
  if (delivery === undefined || others.length > 0) throw new Error('There is not one delivery');
  return delivery;
}

test('each delivery that waits is sent by one of them', async () => {
  const workers = [engine.worker(), engine.worker()];
  answer(400);
  const events = await Promise.all(Array.from({ length: 120 }, () => engine.create()));
  await Promise.all(events.map((event, place) => workers[place % 2]?.handle(event)));
  expect(requests()).toBe(120);
  answer(204);
  await engine.hurry();
  await Promise.all(workers.map((worker) => worker.look()));
  await until(async () => (await statuses()).every((status) => status === 'delivered'));
  expect(requests()).toBe(240);
  for (const delivery of await engine.deliveries()) expect(delivery).toMatchObject({ claim: 2, tries: 1 });
});

describe('when a lease has ended', () => {
  let held: ServerResponse | null = null;

  /** One worker's request hangs, and another one has taken the delivery, with that outcome. */
  async function takenOver(status: number, end: string): Promise<void> {
    engine.receiver.answer = (_, response) => {
      held = response;
    };
    const [former, other] = [engine.worker({ isDeaf: true }), engine.worker({ isDeaf: true })];
    await former.handle(await engine.create());
    answer(status);
    await engine.hurry();
    await other.look();
    await until(async () => (await only())['status'] === end);
    expect(requests()).toBe(2);
    expect(await only()).toMatchObject({ claim: 2 });
  }

  async function finish(status: number): Promise<Row> {
    held?.writeHead(status).end();
    await until(async () => (await engine.attempts()).length === 2);
    return await only();
  }

  test('the outcome of the one who had it changes nothing', async () => {
    await takenOver(500, 'retrying');
    const before = await only();
    const { due_in: _, ...after } = await finish(503);
    expect(before).toMatchObject(after);
    expect((await engine.attempts()).map(({ number, status }) => [number, status])).toEqual([
      [1, 503],
      [2, 500],
    ]);
  });

  test('nor does it after it was delivered', async () => {
    await takenOver(204, 'delivered');
    const before = await only();
    expect(await finish(500)).toEqual(before);
  });

  test('unless it was delivered', async () => {
    await takenOver(500, 'retrying');
    expect(await finish(202)).toMatchObject({
      status: 'delivered',
      due_at: null,
      last_status: 202,
      error: null,
    });
  });

  test('also when the endpoint was disabled meanwhile', async () => {
    await takenOver(410, 'failed');
    expect(await finish(200)).toMatchObject({ status: 'delivered', due_at: null, error: null });
  });
});

describe('an event that comes back', () => {
  test('is not sent again when it was delivered or waits', async () => {
    const [worker, other] = [engine.worker(), engine.worker()];
    const [one, two] = [await engine.create(), await engine.create()];
    await worker.handle(one);
    answer(500);
    await worker.handle(two);
    const before = (await engine.deliveries()).map(({ due_in: _, ...rest }) => rest);
    for (const event of [one, two, one]) await other.deliver(engine.model, event, true);
    expect(requests()).toBe(2);
    expect(await engine.deliveries()).toMatchObject(before);
  });

  test('is sent where it was not', async () => {
    const many = await createDeliveryEngine({ hooks: [{ path: '/a' }, { path: '/b' }] });
    try {
      const event = await many.create();
      const worker = many.worker();
      await worker.handle(event);
      await many.rows(
        'DELETE FROM _webhook_deliveries WHERE id = (SELECT id FROM _webhook_deliveries ORDER BY id LIMIT 1)',
      );
      await worker.deliver(many.model, event, true);
      expect(many.receiver.received).toHaveLength(3);
      expect((await many.deliveries()).map(({ status }) => status)).toEqual(['delivered', 'delivered']);
    } finally {
      await many.dispose();
    }
  });

  test('at once in two is stored once, as the better of both', async () => {
    let count = 0;
    engine.receiver.answer = (_, response) => {
      count += 1;
      const status = count === 1 ? 204 : 500;
      setTimeout(() => response.writeHead(status).end(), 100 * count);
    };
    const event = await engine.create();
    await Promise.all([engine.worker().handle(event), engine.worker().handle(event)]);
    const ids = engine.receiver.received.map(({ headers }) => headers['webhook-id']);
    expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
    expect(await only()).toMatchObject({ status: 'delivered', claim: 1 });
  });

  test('at once in two, with the failure stored first', async () => {
    let count = 0;
    engine.receiver.answer = (_, response) => {
      count += 1;
      const status = count === 1 ? 500 : 204;
      setTimeout(() => response.writeHead(status).end(), 100 * count);
    };
    const event = await engine.create();
    await Promise.all([engine.worker().handle(event), engine.worker().handle(event)]);
    expect(await only()).toMatchObject({ status: 'delivered', due_at: null, error: null });
    expect(requests()).toBe(2);
  });
});
