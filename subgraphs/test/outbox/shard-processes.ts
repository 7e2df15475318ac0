/** Processes of one shard, within this one, on the database of an app and a bus of their own. */
import {
  createDatabase,
  createEventFollower,
  createInProcessBus,
  type Database,
  type EventFollower,
} from '@rocket/platform';
import { type StreamRecord, shardName } from '@rocket/schema';
import type { TestContext } from 'vitest';
import type { AppDatabase } from '../../src/databases/app-database.ts';
import { createCommitTracker } from '../../src/databases/commit-tracker.ts';
import { createShardOutbox, type ShardOutbox } from '../../src/outbox/shard-outbox.ts';
import { createWritePipeline, type WritePipeline } from '../../src/write/pipeline.ts';
import { createWriteApp, entity, LOGGER, parseApp, WEBHOOKS, type WriteApp } from '../support/write-app.ts';

const DOCUMENT = { version: 1, entities: [entity('note', [{ name: 'body', type: 'string' }])] };
const { model } = parseApp(DOCUMENT);
const SHARD = shardName('s1');

export interface ShardProcess {
  readonly outbox: ShardOutbox;
  readonly writes: WritePipeline;
  /** In order. */
  stop(): Promise<void>;
  /** It says nothing any more, and publishes nothing. */
  die(): void;
}

/** Of one test, so that several run at once: they mostly wait. */
class TestShard {
  readonly app: WriteApp;
  readonly bus = createInProcessBus({ logger: LOGGER });
  readonly told: StreamRecord[] = [];
  readonly follower: EventFollower;
  /** Why the follower had to begin again: it must never. */
  readonly resets: string[] = [];
  readonly databases: Database[] = [];
  readonly #processes: ShardProcess[] = [];

  constructor(app: WriteApp) {
    this.app = app;
    this.follower = createEventFollower({
      bus: this.bus,
      logger: LOGGER,
      onRecord: (record) => this.told.push(record),
      onReset: (reason) => this.resets.push(reason),
    });
  }

  readonly rows = (text: string) => this.app.database.query({ text, values: [] });
  readonly bodies = () =>
    this.told.flatMap((record) => (record.kind === 'change' ? [record.event.record?.['body']] : []));
  readonly isSure = () => this.follower.app(model.app).sure;

  /** @param isRemoved whether it knows that the app is gone */
  readonly startProcess = (isRemoved = false): ShardProcess => {
    const { bus } = this;
    const primary = createDatabase({ url: this.app.url, logger: LOGGER, max: 4 });
    this.databases.push(primary);
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
    this.#processes.push(process);
    return process;
  };

  async dispose(): Promise<void> {
    for (const { die } of this.#processes) die();
    this.follower.close();
    for (const database of this.databases) await database.close();
    await this.bus.close();
    await this.app.dispose();
  }
}

/** Resolves once a follower of its events knows that it knows all. It ends with the test. */
export async function openShard({
  expect,
  onTestFinished,
}: Pick<TestContext, 'expect' | 'onTestFinished'>): Promise<TestShard> {
  const app = await createWriteApp();
  await app.activate(DOCUMENT);
  const shard = new TestShard(app);
  onTestFinished(async () => {
    await shard.dispose();
    expect(shard.resets).toEqual([]);
  });
  await expect.poll(shard.isSure, { timeout: 5_000 }).toBe(true);
  return shard;
}
