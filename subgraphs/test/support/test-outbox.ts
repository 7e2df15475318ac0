/** The outbox of an app outside of a shard process: with a bus of its own, and a pool whose statements nobody counts. */
import { createDatabase, createInProcessBus, createLogger, type EventBus } from '@rocket/platform';
import { appName, shardName } from '@rocket/schema';
import { createCommitTracker } from '../../src/databases/commit-tracker.ts';
import { type AppOutbox, createAppOutbox } from '../../src/outbox/app-outbox.ts';
import { createStatements } from '../../src/outbox/writers/statements.ts';

export const LOGGER = createLogger({ level: 'silent', name: 'test' });

export interface TestOutbox extends AppOutbox {
  readonly bus: EventBus;
  dispose(): Promise<void>;
}

export interface TestOutboxOptions {
  readonly app?: string;
  readonly bus?: EventBus;
  readonly maxWaiting?: number;
  readonly maxQueued?: number;
}

export function createTestOutbox(url: string, options: TestOutboxOptions = {}): TestOutbox {
  const {
    app = 'test_app',
    bus = createInProcessBus({ logger: LOGGER }),
    maxWaiting = 1_000_000,
    maxQueued = 10_000,
  } = options;
  const primary = createDatabase({ url, logger: LOGGER, max: 2 });
  const commits = createCommitTracker(primary, { timeline: 1 });
  const announcer = createStatements({ shard: shardName('test'), process: 'test', bus });
  const outbox = createAppOutbox({
    app: appName(app),
    database: { primary, committed: commits.position },
    bus,
    announcer,
    checked: () => Promise.resolve(),
    logger: LOGGER,
    onPublished: announcer.reached,
    onRefused: () => undefined,
    maxWaiting,
    maxQueued,
  });
  return {
    ...outbox,
    bus,
    async dispose() {
      await outbox.close(1_000);
      await primary.close();
      await bus.close();
    },
  };
}
