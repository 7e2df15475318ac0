import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { ConsumeOptions, Consumer, Delivery, EventBus } from '../../src/index.ts';
import { BUSES, consumeWith, message, numbered, publishAll, quiet } from '../support/event-buses.ts';
import { codeOf } from '../support/fixtures.ts';

const GRACE_MS = 2_000;

describe.each(BUSES)('consuming: $name', ({ open, isMissing }) => {
  describe.skipIf(isMissing)('with a bus', () => {
    let bus: EventBus;
    let dispose: () => Promise<void>;
    let consumers: Consumer[];

    beforeEach(async () => {
      consumers = [];
      ({ bus, dispose } = await open());
    });

    afterEach(async () => {
      await Promise.all(consumers.map((consumer) => consumer.close(0)));
      await dispose();
    });

    function consume(changes: Partial<ConsumeOptions>): Consumer {
      const consumer = bus.consume(consumeWith(changes));
      consumers.push(consumer);
      return consumer;
    }

    /** Consumes and keeps what is handled. */
    function collect(changes: Partial<ConsumeOptions> = {}): Delivery[] {
      const handled: Delivery[] = [];
      consume({
        handle: async (delivery) => {
          handled.push(delivery);
          return undefined;
        },
        ...changes,
      });
      return handled;
    }

    const payloads = (deliveries: readonly Delivery[]): string[] => deliveries.map(({ payload }) => payload);
    const expected = (to: number): string[] => numbered(1, to).map(({ payload }) => payload);

    test('what is stored and what is published later is handled, once', async () => {
      await publishAll(bus, [...numbered(1, 3), message('other', 'rocket.beat.a')]);
      const handled = collect();
      await until(() => handled.length === 3);
      await publishAll(bus, numbered(4, 6));
      await until(() => handled.length === 6);
      await quiet();
      expect(payloads(handled)).toEqual(expected(6));
      expect(handled[0]).toMatchObject({ ...message('1'), position: 1, tries: 1 });
    });

    test('two of one name share, and each message is handled once', async () => {
      const slow = async (handled: string[], payload: string): Promise<undefined> => {
        handled.push(payload);
        await sleep(1);
      };
      const one: string[] = [];
      const two: string[] = [];
      consume({ maxInFlight: 5, handle: ({ payload }) => slow(one, payload) });
      consume({ maxInFlight: 5, handle: ({ payload }) => slow(two, payload) });
      await Promise.all(consumers.map(({ ready }) => ready));
      await publishAll(bus, numbered(1, 500));
      await until(() => one.length + two.length >= 500);
      await quiet();
      expect([...one, ...two].map(Number).sort((a, b) => a - b)).toEqual(expected(500).map(Number));
      expect(Math.min(one.length, two.length)).toBeGreaterThan(0);
    });

    test('consumers of different names each get everything', async () => {
      const one = collect({ name: 'one' });
      const two = collect({ name: 'two' });
      await publishAll(bus, numbered(1, 5));
      await until(() => one.length === 5 && two.length === 5);
    });

    test('no more are handled at once than asked for', async () => {
      let running = 0;
      let most = 0;
      const handled = collect({
        maxInFlight: 4,
        handle: async (delivery) => {
          running += 1;
          most = Math.max(most, running);
          await sleep(2);
          running -= 1;
          handled.push(delivery);
          return undefined;
        },
      });
      await publishAll(bus, numbered(1, 60));
      await until(() => handled.length === 60);
      expect(most).toBe(4);
    });

    test('a rejected message comes back after the delay of its try', async () => {
      const times: { tries: number; at: number }[] = [];
      const asked: number[] = [];
      consume({
        handle: ({ tries }) => {
          times.push({ tries, at: performance.now() });
          return tries < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve(undefined);
        },
        retryDelayMs: (tries) => {
          asked.push(tries);
          return 200 * tries;
        },
      });
      await publishAll(bus, numbered(1, 1));
      await until(() => times.length === 3);
      await quiet();
      expect(times.map(({ tries }) => tries)).toEqual([1, 2, 3]);
      expect(asked).toEqual([1, 2]);
      const [first, second, third] = times.map(({ at }) => at);
      expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(190);
      expect((third ?? 0) - (second ?? 0)).toBeGreaterThan(390);
    });

    test('a failing message is put aside, and the others are not held up', async () => {
      const dead: unknown[] = [];
      const handled = collect({
        maxTries: 3,
        handle: async (delivery) => {
          if (delivery.payload === '2') throw new Error(`poison ${delivery.tries}`);
          handled.push(delivery);
          return undefined;
        },
        dead: async (lost, cause) => {
          dead.push([lost.payload, lost.position, (cause as Error).message]);
        },
      });
      await publishAll(bus, numbered(1, 4));
      await until(() => dead.length === 1);
      await quiet();
      expect(dead).toEqual([['2', 2, 'poison 3']]);
      expect(payloads(handled)).toEqual(['1', '3', '4']);
    });

    test('what could not be put aside comes back', async () => {
      const attempts: number[] = [];
      let isAside = false;
      consume({
        maxTries: 2,
        handle: ({ tries }) => {
          attempts.push(tries);
          return Promise.reject(new Error('poison'));
        },
        dead: async () => {
          if (attempts.length < 4) throw new Error('the place is full');
          isAside = true;
        },
      });
      await publishAll(bus, numbered(1, 1));
      await until(() => isAside);
      await quiet();
      expect(attempts).toEqual([1, 2, 3, 4]);
    });

    test('a message that asks for a delay comes back then, which is no try', async () => {
      const times: { tries: number; at: number }[] = [];
      consume({
        maxTries: 2,
        handle: async ({ tries }) => {
          times.push({ tries, at: performance.now() });
          if (times.length < 4) return { delayMs: 100 };
          if (times.length === 4) throw new Error('the first failure');
          return undefined;
        },
      });
      await publishAll(bus, numbered(1, 1));
      await until(() => times.length === 5);
      expect(times.map(({ tries }) => tries)).toEqual([1, 1, 1, 1, 2]);
      expect((times[1]?.at ?? 0) - (times[0]?.at ?? 0)).toBeGreaterThan(95);
    });

    test('a handler that takes longer than the wait is left alone', async () => {
      let started = 0;
      let finished = 0;
      consume({
        ackWaitMs: 300,
        handle: async ({ progress }) => {
          started += 1;
          progress();
          await sleep(900);
          finished += 1;
          return undefined;
        },
      });
      await publishAll(bus, numbered(1, 1));
      await until(() => finished === 1);
      await sleep(400);
      expect(started).toBe(1);
    });

    test('closing waits for what runs, and somebody else gets the rest at once', async () => {
      let started = 0;
      let finished = 0;
      const consumer = consume({
        maxInFlight: 2,
        handle: async () => {
          started += 1;
          await sleep(300);
          finished += 1;
          return undefined;
        },
      });
      await publishAll(bus, numbered(1, 6));
      await until(() => started === 2);
      await consumer.close(GRACE_MS);
      expect(finished).toBe(2);
      const before = performance.now();
      const handled = collect();
      await until(() => handled.length === 4);
      expect(performance.now() - before).toBeLessThan(2_000);
      expect(payloads(handled).toSorted()).toEqual(['3', '4', '5', '6']);
    });

    test('closing gives back what does not end in time', async () => {
      const release = Promise.withResolvers<undefined>();
      let running = 0;
      const consumer = consume({
        handle: () => {
          running += 1;
          return release.promise;
        },
      });
      await publishAll(bus, numbered(1, 2));
      await until(() => running === 2);
      const before = performance.now();
      await consumer.close(100);
      expect(performance.now() - before).toBeLessThan(1_000);
      const again = performance.now();
      const handled = collect();
      await until(() => handled.length === 2);
      expect(performance.now() - again).toBeLessThan(2_000);
      release.resolve(undefined);
      await quiet();
      expect(running).toBe(2);
    });

    test('a consumer goes on where the one before of its name ended', async () => {
      const first = collect();
      await publishAll(bus, numbered(1, 3));
      await until(() => first.length === 3);
      await quiet();
      await consumers[0]?.close(GRACE_MS);
      await publishAll(bus, numbered(4, 5));
      const second = collect();
      await until(() => second.length === 2);
      await quiet();
      expect(payloads(second)).toEqual(['4', '5']);
    });

    test('a name that is taken for another subject is refused', async () => {
      await consume({}).ready;
      const refused = consume({ subject: 'rocket.beat.>' });
      await expect(refused.ready).rejects.toThrow(/workers.*rocket\.ev\.>.*rocket\.beat\.>/);
      expect(await codeOf(refused.ready)).toBe('CONFLICT');
    });

    test('two thousand messages are handled with few at once', async () => {
      const handled = collect({ maxInFlight: 50 });
      await publishAll(bus, numbered(1, 2_000));
      await until(() => handled.length >= 2_000);
      await quiet();
      expect(
        payloads(handled)
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(expected(2_000).map(Number));
    });
  });
});
