import { createInProcessBus, type EventBus, type FollowOptions } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { listen, logger, openFeeds, resume, resyncFor, type World } from '../support/feeds.ts';
import { CRM, change, changeMessage, numbers, publish } from '../support/published-changes.ts';

const SHOP = appName('shop');

describe('what comes at an unlucky moment', () => {
  let bus: EventBus;
  let world: World | null = null;

  beforeEach(() => {
    bus = createInProcessBus({ logger });
  });
  afterEach(async () => {
    world?.feeds.close();
    await bus.close();
  });

  async function opened(changes: Partial<EventBus>) {
    world = openFeeds({ ...bus, ...changes }, { headAgeMs: 0 });
    const open = world.feeds;
    return { feed: (await open.open(CRM)).feed, openAgain: () => open.open(CRM) };
  }

  /** Pages are read from a place, and feeds follow what is new. */
  const isOfFeed = ({ from }: FollowOptions) => from.kind === 'new';

  it('is not taken for all there is when it comes before the follower has caught up', async () => {
    await change(bus, numbers(1, 3));
    await change(bus, [9], { key: 'a' });
    const early = (options: FollowOptions): FollowOptions =>
      isOfFeed(options) ? { ...options, from: { kind: 'after', position: 2 } } : options;
    const { feed } = await opened({ follow: (options) => bus.follow(early(options)) });
    expect(feed.head).toEqual({ position: 4, id: 'crm:1:9' });
    const back = await resume(feed, { position: 2, id: 'crm:1:2' });
    expect([back.pages, back.ids()]).toEqual([1, [3, 9]]);
    await publish(bus, [changeMessage(8, { key: 'a' }), changeMessage(10)]);
    await until(() => back.ids().includes(10));
    expect(back.ids()).toEqual([3, 9, 8, 10]);
    expect(back.heard.changes.map(({ isLate = false }) => isLate)).toEqual([true, false]);
  });

  it('is not passed over by a feed that looks where the stream ends', async () => {
    let held: (() => void)[] | null = null;
    const hold = (options: FollowOptions): FollowOptions => ({
      ...options,
      onMessage: (message) =>
        held === null ? options.onMessage(message) : held.push(() => options.onMessage(message)),
    });
    const { feed, openAgain } = await opened({
      follow: (options) => bus.follow(isOfFeed(options) ? hold(options) : options),
    });
    const { head } = feed;
    const heard = listen(feed, head);
    const late: (() => void)[] = [];
    held = late;
    await change(bus, [1]);
    await change(bus, [1], { app: SHOP });
    await openAgain();
    expect(feed.head).toEqual(head);
    await until(() => late.length === 1);
    held = null;
    for (const deliver of late) deliver();
    expect([heard.ids(), heard.errors]).toEqual([[1], []]);
  });

  it('is the reason why a page is refused that was being read', async () => {
    await change(bus, [1]);
    const asked = Promise.withResolvers<void>();
    const { feed } = await opened({
      follow(options) {
        if (options.from.kind !== 'after' || options.from.id === undefined) return bus.follow(options);
        // The one that reads the page never hears of anything.
        asked.resolve();
        return { position: 0, close: () => undefined };
      },
    });
    const refused = expect(feed.read({ position: 1, id: 'crm:1:1' }, 'deal')).rejects.toMatchObject(
      resyncFor('unreadable'),
    );
    await asked.promise;
    await publish(bus, [{ subject: 'rocket.ev.crm.deal.create', payload: '{"v":99}', id: 'newer' }]);
    await refused;
  });

  it('is behind the end that was looked for meanwhile', async () => {
    let beforeAnswer = (): Promise<void> => Promise.resolve();
    const { feed, openAgain } = await opened({
      async messageAt(position) {
        const answer = await bus.messageAt(position);
        await beforeAnswer();
        return answer;
      },
    });
    await change(bus, numbers(1, 5), { app: SHOP });
    beforeAnswer = async () => {
      await change(bus, [1]);
      await until(() => feed.head.id === 'crm:1:1');
    };
    await openAgain();
    expect(feed.head).toEqual({ position: 6, id: 'crm:1:1' });
  });
});
