import { type EventBus, openNatsBus } from '@rocket/platform';
import { appName } from '@rocket/schema';
import { connect } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { until } from '../../../tests/harness/until.ts';
import type { FeedLimits } from '../../src/changes/feed-limits.ts';
import {
  listen,
  natsOptions,
  natsServer,
  openFeeds,
  resume,
  resyncFor,
  type World,
} from '../support/feeds.ts';
import { CRM, change, numbers, placeOf } from '../support/published-changes.ts';

const SHOP = appName('shop');
const UNAVAILABLE = { code: 'EVENTS_UNAVAILABLE' };

describe.skipIf(natsServer === null)('feeds of changes on a JetStream server that fails', () => {
  let server: NatsServer;
  let bus: EventBus;
  let world: World;

  beforeEach(async () => {
    server = await startNatsServer(natsServer ?? '');
    bus = await openNatsBus(natsOptions(server));
    world = openFeeds(bus);
  });
  afterEach(async () => {
    world.feeds.close();
    await bus.close();
    await server.dispose();
  });

  const opened = async () => (await world.feeds.open(CRM)).feed;
  const isUp = (): Promise<void> => until(() => bus.state().kind === 'up');

  function limited(limits: Partial<FeedLimits>): void {
    world.feeds.close();
    world = openFeeds(bus, limits);
  }

  async function withStream(work: 'delete' | { readonly purgeTo: number }): Promise<void> {
    const connection = await connect({ servers: server.url });
    const { streams } = await connection.jetstreamManager();
    if (work === 'delete') await streams.delete('ROCKET_EVENTS');
    else await streams.purge('ROCKET_EVENTS', { seq: work.purgeTo });
    await connection.close();
  }

  it('go on after a kill -9, with nothing left out and nothing twice', async () => {
    const feed = await opened();
    const heard = listen(feed, feed.head);
    for (const round of [0, 1, 2]) {
      const first = round * 100 + 1;
      await change(bus, numbers(first, first + 49));
      await server.kill9();
      await until(() => bus.state().kind === 'down');
      await server.start();
      await isUp();
      await change(bus, numbers(first + 50, first + 99));
    }
    await until(() => heard.changes.length >= 300);
    expect([heard.ids(), heard.errors]).toEqual([numbers(1, 300), []]);
    expect(await opened()).toBe(feed);
  });

  it('are refused while the server is away, and opened when it is back', async () => {
    limited({ openTimeoutMs: 300, readTimeoutMs: 300 });
    const feed = await opened();
    const places = await change(bus, numbers(1, 3));
    await until(() => feed.head.position === 3);
    const heard = listen(feed, placeOf(places, 0));
    await server.kill9();
    await until(() => bus.state().kind === 'down');
    await expect(world.feeds.open(CRM)).rejects.toMatchObject(UNAVAILABLE);
    await expect(feed.read(placeOf(places, 0), 'deal')).rejects.toMatchObject(UNAVAILABLE);
    await expect(feed.verify({ position: 9, id: 'unknown' })).rejects.toMatchObject(UNAVAILABLE);
    // What is in memory is given all the same.
    expect(listen(feed, placeOf(places, 1)).ids()).toEqual([3]);
    await server.start();
    await isUp();
    await until(() =>
      world.feeds.open(CRM).then(
        (back) => back.feed === feed,
        () => false,
      ),
    );
    await change(bus, [4]);
    await until(() => heard.changes.length === 3);
    expect(heard.errors).toEqual([]);
  });

  it('open as soon as a server that is away at first is there', async () => {
    world.feeds.close();
    await bus.close();
    await server.kill9();
    bus = await openNatsBus(natsOptions(server));
    world = openFeeds(bus, { openTimeoutMs: 20_000 });
    const opening = world.feeds.open(CRM);
    await server.start();
    const { feed } = await opening;
    const heard = listen(feed, feed.head);
    await change(bus, [1]);
    await until(() => heard.changes.length === 1);
  });

  it('are lost when the stream is made anew, and know none of its former places', async () => {
    const feed = await opened();
    const places = await change(bus, numbers(1, 20));
    await until(() => feed.head.position === 20);
    const heard = [listen(feed, feed.head), listen(feed, placeOf(places, 4), 'customer')];
    await withStream('delete');
    await until(() => heard.every(({ errors }) => errors.length === 1));
    for (const { errors } of heard) expect(errors[0]).toMatchObject(resyncFor('rewound'));
    await isUp();
    await change(bus, numbers(11, 20));
    const next = await opened();
    expect(next).not.toBe(feed);
    for (const at of [0, 9, 10, 19]) {
      await expect(resume(next, placeOf(places, at))).rejects.toMatchObject(resyncFor('rewound'));
    }
    const again = listen(next, next.head);
    await change(bus, [21]);
    await until(() => again.changes.length === 1);
    expect([again.ids(), heard.map(({ changes }) => changes)]).toEqual([[21], [[], []]]);
  });

  it('are lost when an older copy of the stream is restored, and know the places that it has', async () => {
    const kept = await change(bus, numbers(1, 10));
    await server.stop();
    await server.copyStore('older');
    await server.start();
    await isUp();
    const feed = await opened();
    const heard = listen(feed, feed.head);
    const gone = await change(bus, numbers(11, 20));
    await until(() => heard.changes.length === 10);
    await server.stop();
    await server.restoreStore('older');
    await server.start();
    await until(() => heard.errors.length === 1);
    expect(heard.errors[0]).toMatchObject(resyncFor('rewound'));
    await isUp();
    const next = await opened();
    const refused = (at: number) =>
      expect(resume(next, placeOf(gone, at))).rejects.toMatchObject(resyncFor('rewound'));
    await refused(0);
    await change(bus, numbers(31, 40));
    await until(() => next.head.position === 20);
    await refused(0);
    await refused(9);
    const back = await resume(next, placeOf(kept, 4));
    expect(back.ids()).toEqual([...numbers(6, 10), ...numbers(31, 40)]);
  });

  it("are lost when a restored copy gives to others what they know to be nobody's", async () => {
    limited({ headAgeMs: 0 });
    await change(bus, [1]);
    const feed = await opened();
    const heard = listen(feed, feed.head);
    await change(bus, numbers(1, 5), { app: SHOP });
    await server.stop();
    await server.copyStore('older');
    await server.start();
    await isUp();
    await change(bus, numbers(6, 10), { app: SHOP });
    await opened();
    expect(feed.head).toEqual({ position: 11, id: 'shop:1:10' });
    await server.stop();
    await server.restoreStore('older');
    await server.start();
    await isUp();
    expect(await change(bus, [2])).toEqual([{ position: 7, id: 'crm:1:2' }]);
    await until(() => heard.errors.length === 1);
    expect([heard.errors[0], heard.changes]).toMatchObject([resyncFor('rewound'), []]);
  });

  it('do not vouch for a place whose message has left the stream', async () => {
    const feed = await opened();
    const places = await change(bus, numbers(1, 5), { app: SHOP });
    await change(bus, [1]);
    await until(() => feed.head.position === 6);
    await withStream({ purgeTo: 4 });
    await expect(feed.verify(placeOf(places, 1))).rejects.toMatchObject(resyncFor('expired'));
    await feed.verify(placeOf(places, 4));
  });

  it('say that what left the stream by age is gone', async () => {
    const places = await change(bus, numbers(1, 10));
    await withStream({ purgeTo: 6 });
    const feed = await opened();
    await expect(resume(feed, placeOf(places, 3))).rejects.toMatchObject(resyncFor('expired'));
    expect((await resume(feed, placeOf(places, 5))).ids()).toEqual(numbers(7, 10));
  });

  it('serve from memory what has left the stream since', async () => {
    const feed = await opened();
    const places = await change(bus, numbers(1, 10));
    await until(() => feed.head.position === 10);
    await withStream({ purgeTo: 11 });
    const back = await resume(feed, placeOf(places, 3));
    expect(back.ids()).toEqual(numbers(5, 10));
    await change(bus, [11]);
    await until(() => back.ids().includes(11));
    expect(back.heard.errors).toEqual([]);
  });
});
