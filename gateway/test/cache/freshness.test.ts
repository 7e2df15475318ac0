import { createInProcessBus, createLogger, createMetrics, type EventBus } from '@rocket/platform';
import { type AppName, appName, epoch, lsn, readStream, revision } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { createCacheMetrics } from '../../src/cache/cache-metrics.ts';
import { Freshness } from '../../src/cache/freshness/freshness.ts';
import type { PlaceOf } from '../../src/cache/freshness/places.ts';
import type { ReadMoment } from '../../src/cache/freshness/read-moment.ts';
import { hashTag } from '../../src/cache/freshness/tag-hash.ts';
import { createSeenPositions } from '../../src/execution/seen-positions.ts';

const CRM = appName('crm');
const logger = createLogger({ level: 'silent', name: 'test' });

let bus: EventBus;
let freshness: Freshness;
let places: Map<AppName, ReturnType<PlaceOf>>;
let resets = 0;
const seen = createSeenPositions();
beforeEach(async () => {
  resets = 0;
  places = new Map([[CRM, { epoch: epoch(1), history: '7:1', isHeard: true }]]);
  bus = createInProcessBus({ logger });
  freshness = new Freshness({
    ...{ bus, logger, seen },
    metrics: createCacheMetrics(createMetrics()),
    places: () => (app) => places.get(app),
    onReset: () => {
      resets += 1;
    },
  });
  await until(() => freshness.isSure(CRM));
});
afterEach(async () => {
  freshness.close();
  await bus.close();
});

function now(): ReadMoment {
  const moment = freshness.moment();
  if (moment === null) throw new Error('Nothing is known of the stream');
  return moment;
}

const read = (moment: ReadMoment, ...tags: string[]) => ({
  stamp: moment.stamp,
  checkedTo: 0,
  tags: Float64Array.from(tags.map(hashTag)),
  apps: [{ app: CRM, epoch: epoch(1), lsn: null, history: '7:1', revision: revision(1) }],
});

let published = 0;
/** Tells a change, and waits until it is applied. */
async function tell(event: Record<string, unknown>, kind: 'ev' | 'tg' = 'ev'): Promise<string> {
  published += 1;
  const id = `crm:1:${published}`;
  const common = {
    id: String(published),
    app: 'crm',
    epoch: 1,
    revision: 1,
    at: new Date().toISOString(),
    lsn: `0/${published}`,
  };
  const record = {
    entity: 'order',
    op: 'create',
    key: '1',
    version: 1,
    actor: null,
    changed: [],
    record: {},
    previous: null,
  };
  const payload = JSON.stringify({
    v: 1,
    ...common,
    ...(kind === 'ev' ? record : { kind: 'touched' }),
    ...event,
  });
  expect(readStream(payload).kind).toBe(kind === 'ev' ? 'change' : 'touched');
  const subject = kind === 'ev' ? 'rocket.ev.crm.order.create' : 'rocket.tg.crm.-.touched';
  const [outcome] = await bus.publish([{ subject, payload, id }]);
  if (outcome?.ok !== true) throw new Error('not published');
  await until(() => freshness.covers(outcome.position));
  return id;
}

describe('what was read', () => {
  it('is current until something that it depends on changes', async () => {
    const answer = read(now(), 'crm.order#1');
    await tell({ tags: ['crm.order#2', 'crm.order'] });
    expect(freshness.standing(answer)).toBe('current');
    await tell({ tags: ['crm.order#1', 'crm.order'] });
    expect(freshness.standing(answer)).toBe('invalidated');
    expect(freshness.standing(read(now(), 'crm.order#1'))).toBe('current');
  });

  it('depends on all tags of a table of which a change could not name each', async () => {
    const narrow = read(now(), 'crm.order@customer_id=5', 'crm.order*');
    const other = read(now(), 'crm.customer#1', 'crm.customer*');
    await tell({ tags: ['crm.order'] });
    expect(freshness.standing(narrow)).toBe('current');
    await tell({ tags: ['crm.order'], omitted: true }, 'tg');
    expect(freshness.standing(narrow)).toBe('invalidated');
    expect(freshness.standing(other)).toBe('current');
  });

  it('is void when its app is served from elsewhere, or from another history', () => {
    const answer = read(now(), 'crm.order#1');
    places.set(CRM, { epoch: epoch(2), history: '7:1', isHeard: true });
    expect(freshness.standing(answer)).toBe('invalidated');
    places.set(CRM, { epoch: epoch(1), history: '7:2', isHeard: true });
    expect(freshness.standing(answer)).toBe('invalidated');
    expect(freshness.mayKeep(now(), answer.apps)).toBe(false);
    places.set(CRM, { epoch: epoch(1), history: '7:1', isHeard: false });
    expect(freshness.standing(answer)).toBe('unsure');
    expect(freshness.isSure(CRM)).toBe(false);
    places.delete(CRM);
    expect(freshness.standing(answer)).toBe('invalidated');
    expect(freshness.isSure(CRM)).toBe(false);
  });

  it('may be kept only with an unbroken view of the stream', async () => {
    const before = { ...now(), atMs: 0 };
    // Nothing else is asked of apps without replicas.
    places.set(CRM, { epoch: epoch(1), history: null, isHeard: true });
    const apps = [{ app: CRM, epoch: epoch(1), lsn: null, history: null, revision: revision(1) }];
    expect(freshness.mayKeep(now(), apps)).toBe(true);
    expect(freshness.mayKeep(before, apps)).toBe(false);
    expect(freshness.mayKeep({ ...now(), generation: 1 }, apps)).toBe(false);
    freshness.close();
    expect(freshness.mayKeep(now(), apps)).toBe(false);
    expect(freshness.standing({ ...read(now()), apps })).toBe('unsure');
  });
});

it('reads of an app have to see what was told of it', async () => {
  await tell({ tags: [], lsn: '16/B374D848' });
  expect(seen.of({ app: CRM, epoch: epoch(1) })).toBe(lsn('16/B374D848'));
});

it('an own write is known once its event has come', async () => {
  const at = { app: CRM, epoch: epoch(1) };
  const mine = String(published + 1);
  const waited = freshness.ownWrite(at, [mine]);
  await tell({ tags: ['crm.order#1'] });
  expect(await waited).toMatchObject({ at, lsn: lsn(`0/${mine}`) });
  expect(freshness.isSure(CRM)).toBe(true);
  expect(await freshness.ownWrite(at, ['999999'])).toBeNull();
  expect(freshness.isSure(CRM)).toBe(false);
  expect(freshness.standing(read(now()))).toBe('unsure');
  expect(resets).toBe(0);
});

it('an app is sure again after a write that was missed, while others go on', async () => {
  const at = { app: CRM, epoch: epoch(1) };
  await freshness.ownWrite(at, ['999999']);
  expect(freshness.isSure(CRM)).toBe(false);
  let isWriting = true;
  const writing = (async () => {
    while (isWriting) {
      const waited = freshness.ownWrite(at, [String(published + 1)]);
      await tell({ tags: ['crm.order#1'] });
      expect(await waited).not.toBeNull();
    }
  })();
  await until(() => freshness.isSure(CRM));
  isWriting = false;
  await writing;
});
