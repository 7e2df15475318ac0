import { createInProcessBus, type EventBus } from '@rocket/platform';
import { appName, epoch, type ShardMap, shardName } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { ChangeFeed, FedChange } from '../../src/changes/change-feed.ts';
import { BUSES, counting, listen, logger, openFeeds, resyncFor, type World } from '../support/feeds.ts';
import { CRM, change, changeMessage, numbers, placeOf, publish } from '../support/published-changes.ts';

describe.each(BUSES)('feeds of changes: $name', ({ open, isMissing }) => {
  describe.skipIf(isMissing)('with a bus', () => {
    let bus: EventBus;
    let counts: ReturnType<typeof counting>['counts'];
    let world: World;
    let dispose: () => Promise<void>;
    const opened = async (): Promise<ChangeFeed> => (await world.feeds.open(CRM)).feed;

    beforeEach(async () => {
      const real = await open();
      ({ bus, counts } = counting(real.bus));
      world = openFeeds(bus);
      ({ dispose } = real);
    });
    afterEach(async () => {
      world.feeds.close();
      await dispose();
    });

    it('give what is in memory behind the place, then what comes, each entity for itself', async () => {
      const feed = await opened();
      const places = await change(bus, [1, 2, 3]);
      await change(bus, [4], { entity: 'customer' });
      await until(() => feed.head.position === 4);
      const deals = listen(feed, placeOf(places, 0));
      const customers = listen(feed, { position: 0, id: null }, 'customer');
      expect([deals.ids(), customers.ids()]).toEqual([[2, 3], [4]]);
      await change(bus, [5, 6]);
      await change(bus, [7], { app: appName('shop') });
      await until(() => deals.changes.length === 4);
      expect([deals.ids(), customers.ids()]).toEqual([[2, 3, 5, 6], [4]]);
      expect(deals.changes[0]).toMatchObject({
        event: { app: 'crm', entity: 'deal', key: '2' },
        place: places[1],
      });
      expect(await world.metric('rocket_changes_fed_total')).toBe('5');
    });

    it('begin at the end of the stream, whose message is named', async () => {
      await change(bus, [1, 2], { app: appName('shop') });
      const feed = await opened();
      expect(feed.head).toEqual({ position: 2, id: 'shop:1:2' });
      const heard = listen(feed, feed.head);
      const [place] = await change(bus, [3]);
      await until(() => heard.changes.length === 1);
      expect(feed.head).toEqual(place);
    });

    it('have an end on a stream on which nothing ever was', async () => {
      const feed = await opened();
      expect(feed.head).toEqual({ position: 0, id: null });
      await feed.verify(feed.head);
    });

    it('have places of messages that are no changes', async () => {
      const feed = await opened();
      const heard = listen(feed, feed.head);
      const [place] = await publish(bus, [
        { subject: 'rocket.tg.crm.-.touched', payload: 'of no account', id: 'touched' },
        { subject: 'rocket.fx.crm.deal.notify', payload: '{"v":99}', id: 'effect' },
      ]);
      await until(() => feed.head.id === 'effect');
      expect([heard.changes, heard.errors]).toEqual([[], []]);
      const later = listen(feed, placeOf([place ?? feed.head], 0));
      await change(bus, [1]);
      await until(() => later.changes.length === 1);
    });

    it('let listeners close themselves and others, and join, while they are called', async () => {
      const feed = await opened();
      const heard: string[] = [];
      const lost = (): void => void heard.push('lost');
      const joins: ReturnType<ChangeFeed['join']>[] = [];
      const note = (name: string) => (given: FedChange) => void heard.push(`${name} ${given.event.id}`);
      const { head } = feed;
      const join = (name: string, then: () => void): void => {
        const onChange = (given: FedChange): void => {
          note(name)(given);
          then();
        };
        joins.push(feed.join(head, { entity: 'deal', onChange, onLost: lost }));
      };
      join('first', () => {
        joins[0]?.close();
        joins[1]?.close();
        join('late', () => undefined);
      });
      join('second', () => undefined);
      join('third', () => undefined);
      await change(bus, [1, 2]);
      await until(() => heard.includes('late 2'));
      expect(heard).toEqual(['first 1', 'late 1', 'third 1', 'third 2', 'late 2']);
    });

    it('give nothing to who has closed', async () => {
      const feed = await opened();
      const [closed, open] = [listen(feed, feed.head), listen(feed, feed.head)];
      closed.joined?.close();
      await change(bus, [1]);
      await until(() => open.changes.length === 1);
      expect(closed.changes).toEqual([]);
    });

    it('mark what comes late, and drop what comes again, also of another life of the app', async () => {
      const feed = await opened();
      const heard = listen(feed, feed.head);
      await change(bus, [5], { key: 'a' });
      await change(bus, [3], { key: 'a' });
      await publish(bus, [{ ...changeMessage(5, { key: 'a' }), id: 'again' }]);
      await change(bus, [4], { key: 'b' });
      await change(bus, [1], { key: 'a', epoch: 2 });
      await change(bus, [9], { key: 'a' });
      await change(bus, [10], { key: 'c' });
      await until(() => heard.ids().includes(10));
      expect(heard.ids()).toEqual([5, 3, 4, 1, 9, 10]);
      expect(heard.changes.map(({ isLate = false }) => isLate)).toEqual([
        false,
        true,
        false,
        false,
        true,
        false,
      ]);
    });

    it('pass on what was too large for the stream', async () => {
      const feed = await opened();
      const heard = listen(feed, feed.head);
      const message = changeMessage(1);
      const short = { ...JSON.parse(message.payload), record: null, previous: null, omitted: true };
      await publish(bus, [{ ...message, payload: JSON.stringify(short) }]);
      await until(() => heard.changes.length === 1);
      expect(heard.changes[0]?.event).toMatchObject({ omitted: true, record: null, changed: ['name'] });
    });

    it.each([
      ['of a newer version', '{"v":99}'],
      ['of something else', 'not even JSON'],
      ['of another app', changeMessage(9, { app: appName('shop') }).payload],
    ])('end at a change %s, and begin anew', async (_, payload) => {
      const feed = await opened();
      const heard = listen(feed, feed.head);
      const { head } = feed;
      await change(bus, [1]);
      await publish(bus, [{ subject: 'rocket.ev.crm.deal.create', payload, id: 'unreadable' }]);
      await change(bus, [2]);
      await until(() => heard.errors.length === 1);
      expect(heard.ids()).toEqual([1]);
      expect(heard.errors[0]).toMatchObject(resyncFor('unreadable'));
      await expect(feed.read(head, 'deal')).rejects.toMatchObject(resyncFor('unreadable'));
      await expect(feed.verify(head)).rejects.toMatchObject(resyncFor('unreadable'));
      expect(listen(feed, head).errors[0]).toMatchObject(resyncFor('unreadable'));

      const next = await opened();
      expect(next).not.toBe(feed);
      await expect(next.read({ position: 0, id: null }, 'deal')).rejects.toMatchObject(
        resyncFor('unreadable'),
      );
      const again = listen(next, next.head);
      await change(bus, [3]);
      await until(() => again.changes.length === 1);
    });

    it('know a place of another stream, behind their end and beyond it', async () => {
      const feed = await opened();
      const others = listen(feed, feed.head);
      await change(bus, [1, 2, 3]);
      await until(() => feed.head.position === 3);
      const foreign = { position: 2, id: 'crm:1:99' };
      expect(listen(feed, foreign).errors[0]).toMatchObject(resyncFor('rewound'));
      await expect(feed.verify(foreign)).rejects.toMatchObject(resyncFor('rewound'));
      await expect(feed.verify({ position: 4, id: 'crm:1:4' })).rejects.toMatchObject(resyncFor('rewound'));
      const ahead = listen(feed, { position: 4, id: 'other' });
      await change(bus, [4, 5]);
      await until(() => ahead.errors.length === 1);
      expect(ahead.errors[0]).toMatchObject(resyncFor('rewound'));
      expect(ahead.changes).toEqual([]);
      await until(() => others.changes.length === 5);
      expect(others.errors).toEqual([]);
    });

    it('are lost for all when one listener throws', async () => {
      const feed = await opened();
      const { head } = feed;
      const onChange = (): void => {
        throw new Error('a fault of the listener');
      };
      const errors: unknown[] = [];
      feed.join(head, { entity: 'deal', onChange, onLost: (error) => void errors.push(error) });
      const onLost = (): void => {
        throw new Error('another one');
      };
      feed.join(head, { entity: 'customer', onChange, onLost });
      const other = listen(feed, head, 'task');
      await change(bus, [1]);
      await until(() => other.errors.length === 1);
      expect([...errors, ...other.errors]).toMatchObject([resyncFor('failed'), resyncFor('failed')]);
      expect(await opened()).not.toBe(feed);
    });

    it('wait for a place that another gateway has seen already', async () => {
      const feed = await opened();
      const ahead = listen(feed, { position: 2, id: 'crm:1:2' });
      await change(bus, [1, 2, 3]);
      await until(() => ahead.changes.length > 0);
      expect([ahead.ids(), ahead.errors]).toEqual([[3], []]);
    });

    it('ask the stream once about a place that is no message of the app', async () => {
      await change(bus, numbers(1, 5));
      const feed = await opened();
      const [place] = await change(bus, [1], { app: appName('shop') });
      await change(bus, [6]);
      await until(() => feed.head.id === 'crm:1:6');
      const before = counts.messageAt;
      const known = placeOf([place ?? feed.head], 0);
      await Promise.all(numbers(1, 1_000).map(() => feed.verify(known)));
      await feed.verify(known);
      expect(counts.messageAt - before).toBe(1);
      await expect(feed.verify({ ...known, id: 'other' })).rejects.toMatchObject(resyncFor('rewound'));
    });

    it('follow an app once for all, end a while after the last, and begin again', async () => {
      world.feeds.close();
      world = openFeeds(bus, { idleMs: 100 });
      counts.follow = 0;
      const all = await Promise.all(numbers(1, 1_000).map(() => world.feeds.open(CRM)));
      expect(new Set(all.map(({ feed }) => feed)).size).toBe(1);
      // One follows, and one has looked once where the stream ends.
      expect([counts.follow, counts.following]).toEqual([2, 1]);
      expect(await world.metric('rocket_changes_open_feeds')).toBe('1');
      const [last, ...others] = all;
      for (const each of others) each.release();
      for (const each of others) each.release();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(counts.following).toBe(1);
      last?.release();
      const back = await world.feeds.open(CRM);
      expect(back.feed).toBe(last?.feed);
      back.release();
      await until(() => counts.following === 0);
      expect(await world.metric('rocket_changes_open_feeds')).toBe('0');
      const feed = await opened();
      expect(feed).not.toBe(last?.feed);
      const heard = listen(feed, feed.head);
      await change(bus, [1]);
      await until(() => heard.changes.length === 1);
    });

    it('know the end of the stream anew when nothing has happened to the app for long', async () => {
      world.feeds.close();
      world = openFeeds(bus, { headAgeMs: 50 });
      const feed = await opened();
      const early = listen(feed, feed.head);
      await change(bus, numbers(1, 20), { app: appName('shop') });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await opened()).toBe(feed);
      expect(feed.head).toEqual({ position: 20, id: 'shop:1:20' });
      const late = listen(feed, feed.head);
      await change(bus, [21]);
      await until(() => late.changes.length === 1);
      expect([early.ids(), late.ids()]).toEqual([[21], [21]]);
    });

    it('are closed for good', async () => {
      const feed = await opened();
      const heard = listen(feed, feed.head);
      world.feeds.close();
      await change(bus, [1]);
      await expect(world.feeds.open(CRM)).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE' });
      expect([heard.changes, heard.errors, counts.following]).toEqual([[], [], 0]);
    });
  });
});

describe('events that go to another process', () => {
  const name = shardName('s1');
  const placement = {
    app: CRM,
    shard: name,
    epoch: epoch(1),
    state: 'active',
    database: 'crm',
    since: null,
    movingTo: null,
  } as const;
  const servedAt = (url: string | null): ShardMap => ({
    placements: new Map([[CRM, placement]]),
    shards: new Map([[name, { name, url, state: 'active', history: null }]]),
  });
  const there = servedAt('http://127.0.0.1:1');
  const sentence = 'Shard s1 is another process, and without NATS_URL its events stay there';

  it('cannot be followed, and that is said', async () => {
    const bus = createInProcessBus({ logger });
    const { feeds } = openFeeds(bus, {}, there);
    await expect(feeds.open(CRM)).rejects.toMatchObject({ code: 'EVENTS_UNAVAILABLE', message: sentence });
    feeds.close();
    await bus.close();
  });

  it('end the feed when the app is moved there, and no other', async () => {
    const bus = createInProcessBus({ logger });
    const { feeds, move, metric } = openFeeds(bus, {}, servedAt(null));
    const { feed } = await feeds.open(CRM);
    const { feed: other } = await feeds.open(appName('shop'));
    const [heard, otherHeard] = [listen(feed, feed.head), listen(other, other.head)];
    move(there);
    expect(heard.errors[0]).toMatchObject(resyncFor('unheard'));
    expect(otherHeard.errors).toEqual([]);
    expect(await metric('rocket_changes_resyncs_total')).toBe('1');
    await expect(feeds.open(CRM)).rejects.toMatchObject({ message: sentence });
    feeds.close();
    await bus.close();
  });
});
