/** Processes of one shard: what one leaves, the other publishes; what they say lets followers know that they know all. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createDatabase,
  createEventFollower,
  createInProcessBus,
  type Database,
  type EventBus,
  type EventFollower,
} from '@rocket/platform';
import { type StreamRecord, shardName } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AppDatabase } from '../../src/databases/app-database.ts';
import { createCommitTracker } from '../../src/databases/commit-tracker.ts';
import { createShardOutbox, type ShardOutbox } from '../../src/outbox/shard-outbox.ts';
import { createWritePipeline, type WritePipeline } from '../../src/write/pipeline.ts';
import { keyOf } from '../support/fresh-writes.ts';
import {
  ADMIN,
  createWriteApp,
  entity,
  LOGGER,
  parseApp,
  WEBHOOKS,
  type WriteApp,
} from '../support/write-app.ts';

const DOCUMENT = { version: 1, entities: [entity('note', [{ name: 'body', type: 'string' }])] };
const { model } = parseApp(DOCUMENT);
const SHARD = shardName('s1');

interface Process {
  readonly outbox: ShardOutbox;
  readonly writes: WritePipeline;
  /** In order. */
  stop(): Promise<void>;
  /** It says nothing any more, and publishes nothing. */
  die(): void;
}

let app: WriteApp;
let bus: EventBus;
let follower: EventFollower;
let told: StreamRecord[];
let processes: Process[];
let databases: Database[];
const rows = (text: string) => app.database.query({ text, values: [] });
const bodies = () =>
  told.flatMap((record) => (record.kind === 'change' ? [record.event.record?.['body']] : []));

/** @param isRemoved whether it knows that the app is gone */
function startProcess(isRemoved = false): Process {
  const primary = createDatabase({ url: app.url, logger: LOGGER, max: 4 });
  databases.push(primary);
  const { position } = createCommitTracker(primary, { timeline: 1 });
  const database: AppDatabase = {
    primary,
    reader: () => Promise.reject(new Error('nothing is read')),
    committed: position,
    replicated: false,
    close: () => primary.close(),
  };
  let isDead = false;
  const dead = () => Promise.reject(new Error('the process is dead'));
  const outbox = createShardOutbox({
    shard: SHARD,
    bus: { ...bus, publish: (messages) => (isDead ? dead() : bus.publish(messages)) },
    logger: LOGGER,
    maxWaiting: 1_000,
    databaseOf: () => (isRemoved ? null : database),
    isRemoved: () => isRemoved,
    metrics: { observe: () => () => undefined, published: () => undefined, refused: () => undefined },
  });
  const opened = outbox.opened(model.app, database);
  const own = outbox.of(model.app);
  const pipeline = { database: primary, model, logger: LOGGER, webhooks: WEBHOOKS, outbox: own };
  const process = {
    outbox,
    writes: createWritePipeline(pipeline),
    async stop() {
      await opened.close();
      outbox.close();
    },
    die() {
      isDead = true;
      outbox.close();
    },
  };
  processes.push(process);
  return process;
}

const create = async ({ writes }: Process, body: string) =>
  keyOf(await writes.create(ADMIN, 'note', { body }));
const isSure = () => follower.app(model.app).sure;

beforeEach(async () => {
  app = await createWriteApp();
  await app.activate(DOCUMENT);
  bus = createInProcessBus({ logger: LOGGER });
  told = [];
  processes = [];
  databases = [];
  follower = createEventFollower({
    bus,
    logger: LOGGER,
    onRecord: (record) => told.push(record),
    onReset: (reason) => expect.fail(reason),
  });
  await expect.poll(isSure, { timeout: 5_000 }).toBe(true);
});
afterEach(async () => {
  for (const { die } of processes) die();
  follower.close();
  for (const database of databases) await database.close();
  await bus.close();
  await app.dispose();
});

it('an app stays sure while it is written to, and when its process stops in order', async () => {
  const process = startProcess();
  await create(process, 'first');
  await expect.poll(isSure, { timeout: 5_000 }).toBe(true);
  for (let number = 0; number < 20; number += 1) {
    await create(process, `n${number}`);
    await sleep(100);
    expect(isSure()).toBe(true);
  }
  await process.stop();
  expect(await rows('SELECT 1 FROM _writers')).toEqual([]);
  await sleep(2_500);
  expect(isSure()).toBe(true);
  expect(follower.writers()).toEqual([]);
});

it('what a process left when it died is published by another one, and until then the app is not sure', async () => {
  const [dying, living] = [startProcess(), startProcess()];
  await create(dying, 'told');
  await expect.poll(bodies).toEqual(['told']);
  await create(living, 'other');
  dying.die();
  await create(dying, 'left');
  await expect.poll(isSure, { timeout: 4_000 }).toBe(false);
  await expect.poll(isSure, { timeout: 10_000 }).toBe(true);
  expect(bodies()).toEqual(['told', 'other', 'left']);
  expect(follower.writers()).toHaveLength(1);
  // It may only seem dead: what it writes now fails, as it cannot say that it writes.
  await expect(dying.writes.create(ADMIN, 'note', { body: 'late' })).rejects.toThrow('the process is dead');
  await create(living, 'after');
  await expect.poll(bodies).toEqual(['told', 'other', 'left', 'after']);
});

it('what was left is published when the app is opened, and the writer settled by the next process', async () => {
  const dying = startProcess();
  await create(dying, 'told');
  await expect.poll(bodies).toEqual(['told']);
  dying.die();
  await create(dying, 'left');
  const next = startProcess();
  await expect.poll(bodies).toEqual(['told', 'left']);
  await expect.poll(() => follower.writers(), { timeout: 10_000 }).toEqual([]);
  await expect.poll(isSure).toBe(true);
  await create(next, 'after');
  await expect.poll(bodies).toEqual(['told', 'left', 'after']);
});

it('a writer that only the database knows is settled as well', async () => {
  await rows(`INSERT INTO _writers (id, process, timeline) VALUES ('w-lost', 's1-lost', '00000001')`);
  startProcess();
  await expect
    .poll(() => rows(`SELECT ended_at IS NOT NULL FROM _writers WHERE id = 'w-lost'`), { timeout: 10_000 })
    .toEqual([[true]]);
  await expect
    .poll(() => told.filter(({ kind }) => kind === 'closed'))
    .toMatchObject([{ writer: 'w-lost', process: 's1-lost' }]);
});

it('a writer of an app that was removed meanwhile is closed: nothing of it is left', async () => {
  const dying = startProcess();
  await create(dying, 'told');
  await expect.poll(bodies).toEqual(['told']);
  dying.die();
  startProcess(true);
  await expect.poll(() => follower.writers(), { timeout: 10_000 }).toEqual([]);
});

it('a process stops although the database does not answer, and its writer is left to others', async () => {
  const process = startProcess();
  await create(process, 'told');
  await expect.poll(bodies).toEqual(['told']);
  await databases.pop()?.close();
  await process.stop();
  expect(await rows('SELECT ended_at FROM _writers')).toEqual([[null]]);
  startProcess();
  await expect.poll(() => follower.writers(), { timeout: 10_000 }).toEqual([]);
});
