/** Webhooks of all apps in a worker: which apps it looks at, and when. */
import { createMetrics, type EventBus, type FollowOptions } from '@rocket/platform';
import { type AppName, appName, epoch, type Placement, revision, shardName } from '@rocket/schema';
import { expect, test } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import type { OpenApps } from '../../../src/apps/open-apps.ts';
import { createWebhookMetrics } from '../../../src/workers/webhooks/webhook-metrics.ts';
import {
  createWorkerWebhooks,
  type WorkerWebhooksOptions,
} from '../../../src/workers/webhooks/worker-webhooks.ts';
import { entity, LOGGER, parseApp, WEBHOOKS } from '../../support/write-app.ts';

const [WITH, WITHOUT] = [appName('with'), appName('without')];
const placement = (app: AppName): Placement => ({
  ...{
    app,
    shard: shardName('one'),
    epoch: epoch(1),
    state: 'active',
    database: app,
    since: null,
    movingTo: null,
  },
});
const modelOf = (app: AppName) => {
  const webhooks = app === WITH ? [{ entity: 'task', url: 'https://a.test/' }] : [];
  return parseApp({ version: 1, entities: [entity('task', [])], webhooks }, app).model;
};

/** Apps whose databases have nothing that waits. @param reached before an app is given */
function create(reached: (app: AppName) => Promise<void> = async () => undefined) {
  const follows: FollowOptions[] = [];
  const asked: string[] = [];
  let statements = 0;
  const bus: Pick<EventBus, 'follow'> = {
    follow: (options) => {
      follows.push(options);
      return { position: 0, close: () => undefined };
    },
  };
  const primary = {
    query: async ({ text }: { readonly text: string }) => {
      statements += 1;
      return text.includes('to_regclass') ? [[true]] : [];
    },
  };
  const apps = { database: () => ({ primary }) };
  const shards: Pick<WorkerWebhooksOptions['shards'], 'model'> = {
    model: async (app) => {
      asked.push(app);
      await reached(app);
      const placed = { placement: placement(app), model: modelOf(app), revision: revision(1) };
      return { ...placed, apps: apps as unknown as OpenApps };
    },
  };
  const placements = new Map([WITH, WITHOUT].map((app) => [app, placement(app)]));
  const webhooks = createWorkerWebhooks({
    ...{ bus: bus as EventBus, shards: shards as WorkerWebhooksOptions['shards'], webhooks: WEBHOOKS },
    view: {
      current: {
        ...{ version: 1, apps: new Map(), graphs: new Map(), revokedUsers: new Map() },
        shardMap: { placements, shards: new Map() },
      },
    },
    settings: { timeoutMs: 1_000, disableAfterHours: 120, logDays: 7 },
    metrics: createWebhookMetrics(createMetrics()),
    logger: LOGGER,
  });
  return { webhooks, follows, asked, statements: () => statements };
}

test('it looks at all apps once it hears everything, and later at those that have to do with webhooks', async () => {
  const { webhooks, follows, asked } = create();
  expect(asked).toEqual([]);
  follows[0]?.onCaughtUp?.(0);
  await until(() => asked.length === 2);
  await new Promise(setImmediate);
  webhooks.changed();
  expect(asked).toHaveLength(2);
  follows[0]?.onCaughtUp?.(0);
  await until(() => asked.length === 3);
  expect(asked.toSorted()).toEqual([WITH, WITH, WITHOUT]);
  await webhooks.close(0);
});

test('it follows anew what is due, also while apps cannot be looked at', async () => {
  const { webhooks, follows, asked } = create(() => Promise.reject(new Error('The shard is away')));
  follows[0]?.onLost('expired');
  webhooks.changed();
  await until(() => asked.length === 2);
  await until(() => follows.length === 2);
  await webhooks.close(0);
});

test('an app that it knows and cannot look at is looked at later', async () => {
  let isAway = false;
  const { webhooks, follows, asked } = create(async () => {
    if (isAway) throw new Error('The shard is away');
  });
  follows[0]?.onCaughtUp?.(0);
  await until(() => asked.length === 2);
  await new Promise(setImmediate);
  isAway = true;
  follows[0]?.onCaughtUp?.(0);
  await until(() => asked.length === 3);
  isAway = false;
  await until(() => asked.length === 4);
  expect(asked.at(-1)).toBe(WITH);
  await webhooks.close(0);
});

test('nothing is opened once it is closed', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { webhooks, follows, asked, statements } = create(() => promise);
  follows[0]?.onCaughtUp?.(0);
  await until(() => asked.length === 2);
  await webhooks.close(0);
  resolve();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  expect(statements()).toBe(0);
});
