/** Whether the cache is sure of an app, and why not. */
import { type BusState, createInProcessBus, createLogger, createMetrics } from '@rocket/platform';
import { epoch, revision } from '@rocket/schema';
import { afterEach, expect, it } from 'vitest';
import { cachedAppView } from '../../src/admin/cache/cached-app.ts';
import { createCacheMetrics } from '../../src/cache/cache-metrics.ts';
import { Freshness } from '../../src/cache/freshness/freshness.ts';
import type { ReadMoment } from '../../src/cache/freshness/read-moment.ts';
import { createSeenPositions } from '../../src/execution/seen-positions.ts';
import { app } from '../support/world.ts';

const CRM = app('crm');
const AT = { app: CRM, epoch: epoch(1) };
const opened: Freshness[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) each.close();
});

function open({ isHeard = true, isPlaced = true } = {}): Freshness {
  const logger = createLogger({ level: 'silent', name: 'test' });
  const freshness = new Freshness({
    bus: createInProcessBus({ logger }),
    logger,
    metrics: createCacheMetrics(createMetrics()),
    seen: createSeenPositions(),
    places: () => () => (isPlaced ? { epoch: AT.epoch, history: null, isHeard } : undefined),
    onReset: () => undefined,
  });
  opened.push(freshness);
  return freshness;
}

async function settled(freshness: Freshness): Promise<Freshness> {
  await expect.poll(() => freshness.follower.app(CRM).sure, { timeout: 5_000 }).toBe(true);
  return freshness;
}

const READ = [{ ...AT, history: null, lsn: null, revision: revision(1) }];

function momentOf(freshness: Freshness): ReadMoment {
  const moment = freshness.moment();
  if (moment === null) throw new Error('There is no moment');
  return moment;
}

const standing = (freshness: Freshness) =>
  freshness.standing({
    stamp: momentOf(freshness).stamp,
    tags: new Float64Array(),
    checkedTo: 0,
    apps: READ,
  });
const mayKeep = (freshness: Freshness) => freshness.mayKeep(momentOf(freshness), READ);

it('knows nothing at first, then is sure', async () => {
  const freshness = open();
  expect(freshness.doubts(CRM)).toEqual(['unproven']);
  await settled(freshness);
  expect(freshness.doubts(CRM)).toEqual([]);
  expect(freshness.isSure(CRM)).toBe(true);
  expect(standing(freshness)).toBe('current');
  expect(mayKeep(freshness)).toBe(true);
});

it('does not take the silence of another process for certainty', async () => {
  const freshness = await settled(open({ isHeard: false }));
  expect(freshness.doubts(CRM)).toEqual(['unheard']);
  expect(standing(freshness)).toBe('unsure');
  expect(mayKeep(freshness)).toBe(false);
});

it('misses what was written here and has not come back', async () => {
  const freshness = await settled(open());
  expect(await freshness.ownWrite(AT, ['never'])).toBeNull();
  expect(freshness.doubts(CRM)).toEqual(['own_writes']);
});

it('is not sure of an app that no shard has', async () => {
  const freshness = await settled(open({ isPlaced: false }));
  expect(freshness.doubts(CRM)).toEqual(['unplaced']);
});

it('knows nothing any more once it follows no events', async () => {
  const freshness = await settled(open());
  freshness.close();
  expect(freshness.doubts(CRM)).toEqual(['unproven']);
});

it('names the cause to people while the stream is away', () => {
  const view = { current: { shardMap: { placements: new Map(), shards: new Map() } } };
  const sentences = (state: BusState) =>
    cachedAppView(CRM, open(), { view, bus: { outlivesProcess: true, state: () => state } }).doubts;
  expect(sentences({ kind: 'down', sinceMs: 0, reason: 'connection refused' })).toEqual([
    'The event stream is away: connection refused',
  ]);
  expect(sentences({ kind: 'up', sinceMs: 0 })).toEqual([
    'Nothing is known yet of how complete its events are',
  ]);
});
