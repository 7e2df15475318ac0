import { createInProcessBus, type EventBus } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { ChangeFeed, StreamPlace } from '../../src/changes/change-feed.ts';
import type { FeedLimits } from '../../src/changes/feed-limits.ts';
import { BUSES, counting, logger, openFeeds, resume, resyncFor, type World } from '../support/feeds.ts';
import {
  CRM,
  change,
  changeMessage,
  idsOf,
  numbers,
  placeOf,
  publish,
} from '../support/published-changes.ts';

const BEGINNING: StreamPlace = { position: 0, id: null };

describe.each(BUSES)('pages of changes: $name', ({ open, isMissing }) => {
  describe.skipIf(isMissing)('with a bus', () => {
    let bus: EventBus;
    let counts: ReturnType<typeof counting>['counts'];
    let world: World;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      const real = await open();
      ({ bus, counts } = counting(real.bus));
      ({ dispose } = real);
    });
    afterEach(async () => {
      world.feeds.close();
      await dispose();
    });

    async function opened(limits: Partial<FeedLimits> = {}): Promise<ChangeFeed> {
      world = openFeeds(bus, limits);
      const { feed } = await world.feeds.open(CRM);
      counts.follow = 0;
      return feed;
    }

    it('have the changes of one entity, then the place up to which there are none', async () => {
      await change(bus, numbers(1, 700));
      await change(bus, numbers(701, 720), { entity: 'customer' });
      const feed = await opened();
      const first = await feed.read(BEGINNING, 'deal');
      expect(idsOf(first.changes)).toEqual(numbers(1, 500));
      expect(first.place).toEqual({ position: 500, id: 'crm:1:500' });
      const second = await feed.read(first.place, 'deal');
      expect(idsOf(second.changes)).toEqual(numbers(501, 700));
      expect(second.place).toEqual({ position: 720, id: 'crm:1:720' });
      expect((await feed.read(second.place, 'deal')).changes).toEqual([]);
    });

    it('hand over to what is in memory', async () => {
      const places = await change(bus, numbers(1, 1_200));
      const feed = await opened({ keptMessages: 50 });
      await change(bus, numbers(1_201, 1_400));
      const back = await resume(feed, placeOf(places, 9));
      expect(back.pages).toBe(3);
      await change(bus, [1_401]);
      await until(() => back.ids().includes(1_401));
      expect(back.ids()).toEqual(numbers(11, 1_401));
    });

    it('hold a bounded number of bytes', async () => {
      await change(bus, numbers(1, 7), { padding: 900_000 });
      const feed = await opened();
      expect(idsOf((await feed.read(BEGINNING, 'deal')).changes)).toEqual(numbers(1, 5));
    });

    it('are few, and follow few times, for a thousand who come back at once from many places', async () => {
      const places = await change(bus, numbers(1, 2_000));
      const feed = await opened();
      const from = numbers(0, 999).map((at) => (at * 617) % 1_000);
      const all = await Promise.all(from.map((at) => resume(feed, placeOf(places, at))));
      for (const [index, at] of from.entries()) expect(all[index]?.ids()).toEqual(numbers(at + 2, 2_000));
      expect(counts.follow).toBeLessThanOrEqual(8);
      expect(counts.range).toBeLessThanOrEqual(20);
      expect(await world.metric('rocket_changes_pages_read_total')).toBe(String(counts.follow));
    });

    it('are read three at once for all apps together, where so many are allowed', async () => {
      const feed = await opened({ readsPerProcess: 3 });
      const apps = ['shop', 'desk', 'news'].map((each) => world.feeds.open(appName(each)));
      const all = [feed, ...(await Promise.all(apps)).map((each) => each.feed)];
      const following = counts.following;
      let most = 0;
      const watching = setInterval(() => {
        most = Math.max(most, counts.following - following);
      }, 0);
      await Promise.all(numbers(1, 80).map((at) => all[at % all.length]?.read(BEGINNING, `entity${at}`)));
      clearInterval(watching);
      expect(most).toBe(3);
    });

    it('are read two at once for an app, and no more', async () => {
      await change(bus, numbers(1, 100));
      const feed = await opened();
      let most = 0;
      const watching = setInterval(() => {
        most = Math.max(most, counts.following - 1);
      }, 0);
      await Promise.all(numbers(1, 40).map((each) => feed.read(BEGINNING, `entity${each}`)));
      clearInterval(watching);
      expect(counts.follow).toBe(40);
      expect(most).toBe(2);
    });

    it('refuse a place of another stream once for all who have it', async () => {
      await change(bus, numbers(1, 10));
      const feed = await opened();
      const foreign = { position: 5, id: 'other' };
      const all = await Promise.allSettled(numbers(1, 1_000).map(() => feed.read(foreign, 'deal')));
      for (const each of all) {
        expect(each).toMatchObject({ status: 'rejected', reason: resyncFor('rewound') });
      }
      expect(counts.follow).toBeLessThanOrEqual(2);
    });

    it('refuse a place of another stream, and serve the others who come with it', async () => {
      const places = await change(bus, numbers(1, 600));
      const feed = await opened();
      const read = (place: StreamPlace) => feed.read(place, 'deal');
      const [foreign, later, beyond, good] = await Promise.allSettled([
        read({ position: 10, id: 'other' }),
        read({ position: 300, id: 'other' }),
        read({ position: 601, id: 'crm:1:601' }),
        read(placeOf(places, 9)),
      ]);
      for (const each of [foreign, later, beyond]) {
        expect(each).toMatchObject({ status: 'rejected', reason: resyncFor('rewound') });
      }
      expect(good.status === 'fulfilled' && idsOf(good.value.changes)).toEqual(numbers(11, 510));
    });

    it('end at what cannot be read', async () => {
      await change(bus, [1]);
      const lost = { subject: 'rocket.ev.crm.deal.create', payload: '{"v":99}', id: 'newer' };
      await publish(bus, [lost, { ...lost, subject: 'rocket.fx.crm.deal.notify', id: 'effect' }]);
      const places = await change(bus, [2]);
      const feed = await opened();
      await expect(feed.read(BEGINNING, 'deal')).rejects.toMatchObject(resyncFor('unreadable'));
      expect((await feed.read({ position: 2, id: 'newer' }, 'deal')).place).toEqual(places[0]);
    });

    it('mark what came late, as far as that is known', async () => {
      await publish(bus, [changeMessage(5, { key: 'a' }), changeMessage(3, { key: 'a' }), changeMessage(6)]);
      const feed = await opened();
      const { changes } = await feed.read(BEGINNING, 'deal');
      expect(changes.map(({ event: { id }, isLate = false }) => [id, isLate])).toEqual([
        ['5', false],
        ['3', true],
        ['6', false],
      ]);
      // What a page has shown is known to the feed too.
      const back = await resume(feed, BEGINNING);
      await publish(bus, [changeMessage(4, { key: 'a' }), changeMessage(7)]);
      await until(() => back.ids().includes(7));
      expect(back.ids()).toEqual([5, 3, 6, 4, 7]);
      expect(back.heard.changes.map(({ isLate = false }) => isLate)).toEqual([true, false]);
    });
  });
});

describe('pages of a log in memory', () => {
  it('say that what comes after a place is not kept any more', async () => {
    const bus = createInProcessBus({ logger, limits: { maxMessages: 100 } });
    const places = await change(bus, numbers(1, 300));
    const { feeds } = openFeeds(bus);
    const { feed } = await feeds.open(CRM);
    await expect(resume(feed, placeOf(places, 100))).rejects.toMatchObject(resyncFor('expired'));
    expect((await resume(feed, placeOf(places, 250))).ids()).toEqual(numbers(252, 300));
    feeds.close();
    await bus.close();
  });

  it('of a process that was started anew know no place of before', async () => {
    const before = createInProcessBus({ logger });
    const places = await change(before, numbers(1, 50));
    await before.close();
    const bus = createInProcessBus({ logger });
    await change(bus, numbers(21, 40));
    const { feeds } = openFeeds(bus);
    const { feed } = await feeds.open(CRM);
    for (const at of [5, 18, 19, 20, 49]) {
      await expect(resume(feed, placeOf(places, at))).rejects.toMatchObject(resyncFor('rewound'));
    }
    feeds.close();
    await bus.close();
  });

  it('are refused in time while the stream does not answer', async () => {
    const real = createInProcessBus({ logger });
    await change(real, [1]);
    let isSilent = false;
    const silent: EventBus = {
      ...real,
      range: () => (isSilent ? Promise.withResolvers<never>().promise : real.range()),
    };
    const { feeds } = openFeeds(silent, { readTimeoutMs: 100, openTimeoutMs: 100, headAgeMs: 0 });
    const { feed } = await feeds.open(CRM);
    isSilent = true;
    const reads = numbers(1, 20).map(() => feed.read(BEGINNING, 'deal'));
    for (const each of await Promise.allSettled(reads)) {
      expect(each).toMatchObject({ status: 'rejected', reason: { code: 'EVENTS_UNAVAILABLE' } });
    }
    await expect(feeds.open(CRM)).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
    feeds.close();
    await real.close();
  });
});
