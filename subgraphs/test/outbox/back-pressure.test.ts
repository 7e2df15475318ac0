/** A stream that takes no more: writes go on, their events wait, and arrive when there is room. */
import { type Consumer, createInProcessBus, type EventBus } from '@rocket/platform';
import { readStream } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WritePipeline } from '../../src/write/pipeline.ts';
import { keyOf } from '../support/fresh-writes.ts';
import { createTestOutbox, type TestOutbox, type TestOutboxOptions } from '../support/test-outbox.ts';
import { ADMIN, createWriteApp, entity, LOGGER, type WriteApp } from '../support/write-app.ts';

const CONSUMER = 'webhooks';
/** Few enough to be full soon, and large enough for the statements of the writer. */
const LOG_MESSAGES = 20;
const DOCUMENT = { version: 1, entities: [entity('note', [{ name: 'body', type: 'string' }])] };

let app: WriteApp;
let bus: EventBus;
let consumer: Consumer | null;
let outbox: TestOutbox;
let bodies: unknown[];

/** What nobody has worked on fills the log, and is not dropped. */
const open = (limits: TestOutboxOptions = {}): WritePipeline => {
  outbox = createTestOutbox(app.url, { bus, ...limits });
  return app.writes(DOCUMENT, outbox);
};
const makeRoom = () => {
  consumer = bus.consume({
    name: CONSUMER,
    subject: 'rocket.>',
    maxInFlight: 10,
    ackWaitMs: 1_000,
    maxTries: 1,
    retryDelayMs: () => 0,
    dead: () => Promise.resolve(),
    handle: ({ payload }) => {
      const record = readStream(payload);
      if (record.kind === 'change') bodies.push(record.event.record?.['body']);
      return Promise.resolve(undefined);
    },
  });
};
const create = async (writes: WritePipeline, body: string) =>
  keyOf(await writes.create(ADMIN, 'note', { body }));
const numbered = (count: number) => Array.from({ length: count }, (_, number) => `n${number}`);

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  bus = createInProcessBus({
    logger: LOGGER,
    durableConsumers: [CONSUMER],
    limits: { maxMessages: LOG_MESSAGES },
  });
  consumer = null;
  bodies = [];
});
afterEach(async () => {
  await outbox.dispose();
  await consumer?.close(0);
  await app.dispose();
});

it('events wait in memory, in order, and are marked only when nothing depends on this process', async () => {
  const writes = open();
  const all = numbered(60);
  for (const body of all) await create(writes, body);
  await expect.poll(() => outbox.status().waiting).toBeGreaterThanOrEqual(60 - LOG_MESSAGES);
  expect(outbox.status().oldestAtMs).toBeLessThanOrEqual(Date.now());
  expect(
    await app.database.query({ text: 'SELECT 1 FROM _outbox WHERE published_at IS NOT NULL', values: [] }),
  ).toEqual([]);
  makeRoom();
  await expect.poll(() => bodies.length, { timeout: 10_000 }).toBe(60);
  expect(bodies).toEqual(all);
  expect(outbox.status()).toEqual({ waiting: 0, oldestAtMs: null });
  await expect
    .poll(() => app.database.query({ text: 'SELECT 1 FROM _outbox WHERE published_at IS NULL', values: [] }))
    .toEqual([]);
});

it('past the bound writes are refused, and taken again when the events have gone', async () => {
  const writes = open({ maxWaiting: 30 });
  const written: string[] = [];
  const writeAll = async (): Promise<void> => {
    for (const body of numbered(100)) {
      await create(writes, body);
      written.push(body);
    }
  };
  await expect(writeAll()).rejects.toMatchObject({ code: 'EVENTS_BEHIND' });
  expect(await app.database.query({ text: 'SELECT count(*)::int FROM notes', values: [] })).toEqual([
    [written.length],
  ]);
  makeRoom();
  await expect.poll(() => outbox.status().waiting, { timeout: 10_000 }).toBe(0);
  await create(writes, 'after');
  await expect.poll(() => bodies.length).toBe(written.length + 1);
  expect(bodies).toEqual([...written, 'after']);
});

it('more events than are held in memory are read from the outbox, and none is told before one of before it', async () => {
  const writes = open({ maxQueued: 10 });
  const all = numbered(700);
  // More than one part of a sweep.
  await Promise.all(all.slice(0, 50).map((body) => create(writes, body)));
  for (let from = 50; from < all.length; from += 50) {
    await Promise.all(all.slice(from, from + 50).map((body) => create(writes, body)));
  }
  const id = await create(writes, 'v0');
  keyOf(await writes.update(ADMIN, 'note', { id, patch: { body: 'v1' } }));
  expect(outbox.status().waiting).toBeGreaterThan(600);
  makeRoom();
  keyOf(await writes.update(ADMIN, 'note', { id, patch: { body: 'v2' } }));
  await expect.poll(() => new Set(bodies).size, { timeout: 20_000 }).toBe(all.length + 3);
  expect(new Set(bodies)).toEqual(new Set([...all, 'v0', 'v1', 'v2']));
  expect(bodies.filter((body) => /^v/.test(String(body)))).toEqual(['v0', 'v1', 'v2']);
  await expect.poll(() => outbox.status()).toEqual({ waiting: 0, oldestAtMs: null });
}, 40_000);

it('closing does not wait for a stream that takes nothing', async () => {
  const writes = open();
  for (const body of numbered(40)) await create(writes, body);
  await expect.poll(() => outbox.status().waiting).toBeGreaterThan(0);
  await outbox.close(200);
  // Followers are not told that all is there, and the next process finds what waits.
  const waiting = { text: 'SELECT 1 FROM _outbox WHERE published_at IS NULL', values: [] };
  expect(await app.database.query(waiting)).toHaveLength(40);
});
