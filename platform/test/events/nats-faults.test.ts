/** Fault tests 6, 7, 8 and what else happens to a JetStream server. */
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../tests/harness/servers/nats-server.ts';
import { until } from '../../../tests/harness/until.ts';
import { type EventBus, type NatsOptions, openNatsBus } from '../../src/index.ts';
import {
  caughtUp,
  consumeWith,
  message,
  natsOptions,
  natsServer,
  numbered,
  publishAll,
  quiet,
  type Recording,
  record,
} from '../support/event-buses.ts';
import { codeOf } from '../support/fixtures.ts';

describe.skipIf(natsServer === null)('a JetStream server', () => {
  let server: NatsServer;
  let bus: EventBus;
  let closing: (() => Promise<unknown>)[];

  beforeEach(async () => {
    closing = [];
    server = await startNatsServer(natsServer ?? '');
    bus = await open();
  });

  afterEach(async () => {
    // Consumers stand before the buses that they need for their end.
    for (const close of closing) await close();
    await server.dispose();
  });

  async function open(changes: Partial<NatsOptions> = {}): Promise<EventBus> {
    const opened = await openNatsBus(natsOptions(server, changes));
    closing.push(() => opened.close());
    return opened;
  }

  async function client(): Promise<NatsConnection> {
    const connection = await connect({ servers: server.url });
    closing.push(() => connection.close());
    return connection;
  }

  const isUp = (): Promise<void> => until(() => bus.state().kind === 'up');
  const isDown = (): Promise<void> => until(() => bus.state().kind === 'down');
  const sorted = (payloads: readonly string[]): string[] =>
    payloads.toSorted((a, b) => Number(a) - Number(b));
  const lost = (recording: Recording): Promise<void> =>
    until(() => recording.events.at(-1)?.startsWith('lost') === true);

  test('stopped and started: publishing says so, a follower goes on without gap or repetition', async () => {
    const states: string[] = [];
    bus.onState(({ kind }) => states.push(kind));
    const followed = record(bus, { kind: 'after', position: 0 });
    await caughtUp(followed);
    await publishAll(bus, numbered(1, 3));
    await until(() => followed.messages.length === 3);

    await server.stop();
    await isDown();
    const before = performance.now();
    const [outcome] = await bus.publish([message('4')]);
    expect(outcome).toMatchObject({ ok: false, reason: 'unavailable' });
    expect(performance.now() - before).toBeLessThan(500);
    expect(await codeOf(bus.range())).toBe('EVENTS_UNAVAILABLE');
    expect(await codeOf(bus.messageAt(1))).toBe('EVENTS_UNAVAILABLE');
    expect(followed.events).toEqual(['caught up 0', 'cut']);

    await server.start();
    await isUp();
    await publishAll(bus, numbered(4, 6));
    await until(() => followed.messages.length === 6);
    expect(followed.payloads()).toEqual(['1', '2', '3', '4', '5', '6']);
    expect(followed.events.slice(0, 2)).toEqual(['caught up 0', 'cut']);
    await caughtUp(followed);
    expect(states).toEqual(['down', 'up']);
  });

  test('6: killed in mid-publish ten times: everything confirmed is there, once, and the follower saw all', async () => {
    const followed = record(bus, { kind: 'after', position: 0 });
    const confirmed = new Set<string>();
    let next = 1;
    for (let round = 0; round < 10; round += 1) {
      await isUp();
      const batches = Array.from({ length: 20 }, (_, at) => numbered(next + at * 50, next + at * 50 + 49));
      next += 1_000;
      const publishing = Promise.all(
        batches.map(async (batch, at) => {
          await new Promise((resolve) => setTimeout(resolve, at * 3));
          const outcomes = await bus.publish(batch);
          for (const [index, outcome] of outcomes.entries()) {
            if (outcome.ok) confirmed.add(batch[index]?.payload ?? '');
            else expect(outcome.reason).toBe('unavailable');
          }
        }),
      );
      await new Promise((resolve) => setTimeout(resolve, 20 + round * 3));
      await server.kill9();
      await publishing;
      await server.start();
    }
    await isUp();
    const { last } = await bus.range();
    const whole = record(bus, { kind: 'after', position: 0 });
    await caughtUp(whole);
    await until(() => followed.follower.position === last);
    const stored = new Set(whole.payloads());
    expect([...confirmed].filter((payload) => !stored.has(payload))).toEqual([]);
    expect(confirmed.size).toBeGreaterThan(0);
    expect(stored.size).toBe(whole.messages.length);
    expect(followed.payloads()).toEqual(whole.payloads());
    // What was not confirmed is published again by its owner, and is not there twice.
    await publishAll(bus, numbered(1, next - 1));
    await until(() => whole.messages.length === next - 1);
    expect(sorted(whole.payloads())).toEqual(numbered(1, next - 1).map(({ payload }) => payload));
  });

  test('7: an older copy of the store is noticed before anything of it is delivered', async () => {
    await publishAll(bus, numbered(1, 10));
    await server.stop();
    await server.copyStore('older');
    await server.start();
    await isUp();
    const all = record(bus, { kind: 'after', position: 0 });
    await publishAll(bus, numbered(11, 20));
    await until(() => all.messages.length === 20);
    const idle = record(bus, { kind: 'new' }, { subject: 'rocket.beat.>' });
    await caughtUp(idle);

    await server.stop();
    await server.restoreStore('older');
    await server.start();
    await Promise.all([all, idle].map(lost));
    expect([all.events.at(-1), idle.events.at(-1)]).toEqual(['lost rewound', 'lost rewound']);
    expect(all.messages).toHaveLength(20);
    await publishAll(bus, numbered(21, 22));
    await quiet();
    expect(all.messages).toHaveLength(20);
  });

  test('7: also when as much again was published to the older copy before', async () => {
    await publishAll(bus, numbered(1, 5));
    await server.stop();
    await server.copyStore('older');
    await server.start();
    await isUp();
    await publishAll(bus, numbered(101, 120));
    await server.stop();
    await server.copyStore('other way');
    await server.restoreStore('older');
    await server.start();
    await isUp();
    const all = record(bus, { kind: 'after', position: 0 });
    await publishAll(bus, numbered(6, 10));
    await until(() => all.messages.length === 10);
    const idle = record(bus, { kind: 'last_per_subject' }, { subject: 'rocket.beat.>' });
    const early = record(bus, { kind: 'after', position: 3 }, { subject: 'rocket.beat.>' });
    await Promise.all([idle, early].map(caughtUp));

    await server.stop();
    await server.restoreStore('other way');
    await server.start();
    await Promise.all([all, idle, early].map(lost));
    expect([all, idle, early].map(({ events }) => events.at(-1))).toEqual(Array(3).fill('lost rewound'));
    expect(all.messages).toHaveLength(10);
    const resumed = record(bus, { kind: 'after', position: 10, id: message('10').id });
    await lost(resumed);
    expect(resumed.messages).toEqual([]);
  });

  test('frozen: publishing ends in time, a follower is cut within seconds, and both go on', async () => {
    const followed = record(bus, { kind: 'new' });
    await caughtUp(followed);
    server.freeze();
    const frozen = performance.now();
    // A signal takes a moment to stop all of its threads.
    await quiet();
    const publishing = bus.publish(numbered(1, 3));
    await until(() => followed.events.at(-1) === 'cut');
    expect(performance.now() - frozen).toBeLessThan(10_000);
    const outcomes = await publishing;
    expect(outcomes).toMatchObject(Array(3).fill({ ok: false, reason: 'unavailable' }));
    expect(performance.now() - frozen).toBeLessThan(10_000);
    server.thaw();
    await isUp();
    await until(async () => (await bus.publish(numbered(1, 3))).every(({ ok }) => ok));
    await until(() => followed.messages.length === 3);
    await caughtUp(followed);
    expect(followed.payloads()).toEqual(['1', '2', '3']);
  });

  test('a stream that is deleted is made again, and its followers are told', async () => {
    const followed = record(bus, { kind: 'after', position: 0 });
    const fresh = record(bus, { kind: 'new' });
    await Promise.all([followed, fresh].map(caughtUp));
    await publishAll(bus, numbered(1, 3));
    await until(() => fresh.messages.length === 3);
    const manager = await (await client()).jetstreamManager();
    await manager.streams.delete('ROCKET_EVENTS');
    const [outcome] = await bus.publish([message('4')]);
    expect(outcome).toMatchObject({ ok: false, reason: 'unavailable' });
    await Promise.all([followed, fresh].map(lost));
    expect([followed.events.at(-1), fresh.events.at(-1)]).toEqual(['lost rewound', 'lost rewound']);
    await isUp();
    expect(await publishAll(bus, numbered(5, 5))).toEqual([1]);
  });

  test('a stream that is deleted in silence is noticed by its followers alone', async () => {
    const followed = record(bus, { kind: 'after', position: 0 });
    await publishAll(bus, numbered(1, 3));
    await until(() => followed.messages.length === 3);
    const manager = await (await client()).jetstreamManager();
    await manager.streams.delete('ROCKET_EVENTS');
    await lost(followed);
    expect(followed.events.at(-1)).toBe('lost rewound');
  });

  test('messages that left by age before they were read are missed', async () => {
    await publishAll(bus, numbered(1, 10));
    const manager = await (await client()).jetstreamManager();
    await manager.streams.purge('ROCKET_EVENTS', { seq: 6 });
    const behind = record(bus, { kind: 'after', position: 4 });
    await lost(behind);
    expect(behind.events).toEqual(['lost expired']);
    const near = record(bus, { kind: 'after', position: 5 });
    await caughtUp(near);
    expect(near.payloads()).toEqual(['6', '7', '8', '9', '10']);
    expect(await bus.range()).toMatchObject({ first: 6, last: 10 });
    await manager.streams.purge('ROCKET_EVENTS');
    expect(await bus.range()).toMatchObject({ first: 11, last: 10 });
    const atEnd = record(bus, { kind: 'after', position: 10, id: message('10').id });
    await caughtUp(atEnd);
    expect(atEnd.events).toEqual(['caught up 10']);
  });

  test('8: a full stream refuses what is new, and goes on when there is room', async () => {
    await bus.close();
    const manager = await (await client()).jetstreamManager();
    await manager.streams.delete('ROCKET_EVENTS');
    bus = await open({ stream: { retentionDays: 7, replicas: 1, maxBytes: 20_000 } });
    const large = (from: number, to: number) =>
      numbered(from, to).map(({ subject, id, payload }) => ({ subject, id, payload: payload.padEnd(1_000) }));
    const outcomes = await bus.publish(large(1, 30));
    const refused = outcomes.filter((outcome) => !outcome.ok);
    expect(refused.length).toBeGreaterThan(8);
    expect(refused.every((outcome) => !outcome.ok && outcome.reason === 'refused')).toBe(true);
    expect(bus.state().kind).toBe('up');
    expect((await bus.range()).first).toBe(1);
    await manager.streams.purge('ROCKET_EVENTS', { keep: 2 });
    await publishAll(bus, large(101, 105));
  });

  test('a consumer goes on after a restart, and an effect that was stored meanwhile is acknowledged', async () => {
    const handled: string[] = [];
    const release = Promise.withResolvers<undefined>();
    const consumer = bus.consume(
      consumeWith({
        ackWaitMs: 5_000,
        handle: async ({ payload }) => {
          handled.push(payload);
          if (payload === '1') await release.promise;
          return undefined;
        },
      }),
    );
    closing.unshift(() => consumer.close(0));
    await publishAll(bus, numbered(1, 2));
    await until(() => handled.length === 2);
    await quiet();
    await server.stop();
    await isDown();
    await server.start();
    await isUp();
    release.resolve(undefined);
    await publishAll(bus, numbered(3, 4));
    await until(() => handled.includes('4'));
    await quiet();
    expect(handled).toEqual(['1', '2', '3', '4']);
    await consumer.close(0);
    const info = await (await (await client()).jetstreamManager()).consumers.info('ROCKET_EVENTS', 'workers');
    expect(info).toMatchObject({ num_ack_pending: 0, num_pending: 0 });
  });

  test('two processes share one name', async () => {
    const other = await open();
    const seen: string[] = [];
    const consumers = [bus, other].map((each) =>
      each.consume(
        consumeWith({
          handle: async ({ payload }) => {
            seen.push(payload);
            return undefined;
          },
        }),
      ),
    );
    closing.unshift(() => Promise.all(consumers.map((consumer) => consumer.close(0))));
    await Promise.all(consumers.map(({ ready }) => ready));
    await publishAll(other, numbered(1, 300));
    await until(() => seen.length === 300);
    await quiet();
    expect(sorted(seen)).toEqual(numbered(1, 300).map(({ payload }) => payload));
  });
});
