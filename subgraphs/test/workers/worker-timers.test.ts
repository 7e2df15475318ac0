/** Timers of all apps in a worker: it is told of them by the bus, and asks where it may have missed some. */
import type { EventBus, FollowOptions } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { expect, test } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { createWorkerTimers } from '../../src/workers/timers/worker-timers.ts';
import { LOGGER } from '../support/write-app.ts';

const APPS = ['one', 'two'].map((name) => appName(name));

/** @param failures how many times it is asked in vain */
function create(failures = 0) {
  const follows: FollowOptions[] = [];
  const looked: string[] = [];
  let closed = 0;
  const bus: Pick<EventBus, 'follow'> = {
    follow: (options) => {
      follows.push(options);
      return {
        position: 0,
        close: () => {
          closed += 1;
        },
      };
    },
  };
  const timers = createWorkerTimers({
    bus: bus as EventBus,
    logger: LOGGER,
    apps: () => APPS,
    wakeOf: (record) => (typeof record['wakes'] === 'number' ? record['wakes'] : null),
    source: (app) => ({
      due: async () => {
        looked.push(app);
        if (looked.length <= failures) throw new Error('The database is gone');
        return [];
      },
      msUntilNext: async () => null,
      fire: async () => false,
      postpone: async () => undefined,
    }),
  });
  const tell = (app: string, record: object | null) =>
    follows.at(-1)?.onMessage({
      ...{ subject: `rocket.ev.${app}.workflow_instance.update`, id: null, position: 1, storedAtMs: 0 },
      payload: JSON.stringify({
        ...{ v: 1, app, entity: 'workflow_instance', op: 'update', key: 'k', version: 2 },
        ...{
          id: '1',
          epoch: 1,
          actor: null,
          at: '2026-01-01T00:00:00Z',
          tags: [],
          changed: [],
          previous: null,
        },
        ...{ record, omitted: record === null },
      }),
    });
  return { timers, follows, looked, tell, closed: () => closed };
}

test('it asks all apps once it hears everything, and those that are told of', async () => {
  const { timers, follows, looked, tell } = create();
  expect(follows).toHaveLength(1);
  expect(looked).toEqual([]);
  follows[0]?.onCaughtUp?.(0);
  await until(() => looked.length === 2);
  expect([...looked].sort()).toEqual(['one', 'two']);
  tell('three', { wakes: 5 });
  tell('four', { wakes: null });
  tell('five', null);
  follows[0]?.onMessage({ subject: 'x', payload: 'not JSON', id: null, position: 2, storedAtMs: 0 });
  await until(() => looked.length === 4);
  expect(looked.slice(2).sort()).toEqual(['five', 'three']);
  await timers.close(100);
  timers.wakeIn(appName('six'), 0);
  timers.ask('all');
  expect(looked).toHaveLength(4);
});

test('it follows anew where it has lost the stream, and not when it is closed', async () => {
  const { timers, follows, closed } = create();
  follows[0]?.onLost('expired');
  await until(() => follows.length === 2);
  follows[1]?.onLost('rewound');
  await timers.close(100);
  expect(closed()).toBe(1);
  follows[1]?.onLost('expired');
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(follows).toHaveLength(2);
});

test('it asks again where it could not, also when the stream is lost meanwhile', async () => {
  const { timers, follows, looked } = create(2);
  follows[0]?.onLost('expired');
  timers.ask('all');
  await until(() => looked.length === 4 && follows.length === 2);
  expect([...looked].sort()).toEqual(['one', 'one', 'two', 'two']);
  await timers.close(100);
});
