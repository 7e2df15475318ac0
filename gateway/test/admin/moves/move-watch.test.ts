import { setTimeout as sleep } from 'node:timers/promises';
import { createLogger, type MoveRecord } from '@rocket/platform';
import { appId, appName, epoch, type MovePhase, shardName } from '@rocket/schema';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { until } from '../../../../tests/harness/until.ts';
import { MoveWatch } from '../../../src/admin/moves/move-watch.ts';

const SOME_INTERVALS_MS = 700;

let stored: readonly MoveRecord[];
let asked: number;
let isDown: boolean;
let watch: MoveWatch;
const log: string[] = [];
const logger = createLogger({
  ...{ level: 'info', name: 'test' },
  destination: { write: (line) => void log.push(line) },
});
beforeEach(() => {
  [stored, asked, isDown] = [[move('a', 'waiting')], 0, false];
  log.splice(0);
  watch = new MoveWatch({
    logger,
    moves: {
      async list() {
        asked += 1;
        if (isDown) throw new Error('the server is gone');
        return stored;
      },
      get: async (id) => stored.find((each) => each.id === id) ?? null,
    },
  });
});
afterEach(() => watch.close());

function move(id: string, phase: MovePhase): MoveRecord {
  const place = { shard: shardName('s1'), database: 'rocket_crm' };
  return {
    ...{ id, phase, app: appName('crm'), appId: appId('33333333-3333-4333-8333-333333333333') },
    ...{ source: place, target: place, epoch: epoch(1), backOf: null, requestedBy: 'me' },
    ...{ requestedAt: new Date(0), abortReason: null, problem: null, progress: {}, term: 0 },
    ...{ mover: null, overAt: null, keptUntil: null, canReturn: true },
    ...{ targetHistory: null, marker: null, since: null },
  };
}

it('asks for all subscribers together, and not at all without any', async () => {
  const few = [watch.all(), watch.one('a')];
  await Promise.all(few.map((each) => each.next()));
  await sleep(SOME_INTERVALS_MS);
  const forFew = asked;
  const many = Array.from({ length: 50 }, () => watch.all());
  await sleep(SOME_INTERVALS_MS);
  expect(asked).toBeLessThanOrEqual(2 * forFew + 2);
  await Promise.all([...few, ...many].map((each) => each.return?.()));
  await sleep(SOME_INTERVALS_MS);
  const atEnd = asked;
  await sleep(SOME_INTERVALS_MS);
  expect(asked).toBe(atEnd);
  expect((await watch.one('a').next()).value).toMatchObject({ id: 'a' });
});

it('goes on when the catalog answers again, and says once that it did not', async () => {
  const changes = watch.one('a');
  await changes.next();
  isDown = true;
  await until(() => log.length > 0);
  await sleep(SOME_INTERVALS_MS);
  stored = [move('a', 'kept')];
  isDown = false;
  expect((await changes.next()).value).toMatchObject({ phase: 'kept' });
  expect((await changes.next()).done).toBe(true);
  expect(log).toHaveLength(1);
});

it('tells who takes their time only what is so now, and ends at once', async () => {
  const changes = watch.all();
  await changes.next();
  for (const phase of ['preparing', 'copying', 'indexing'] as const) {
    stored = [move('a', phase)];
    await sleep(SOME_INTERVALS_MS);
  }
  expect((await changes.next()).value).toMatchObject({ phase: 'indexing' });
  const waiting = changes.next();
  await changes.return?.();
  expect((await waiting).done).toBe(true);
  watch.close();
  expect((await watch.all().next()).done).toBe(true);
});
