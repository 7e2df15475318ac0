import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import type { EventBus } from '../../src/index.ts';
import { BUSES, caughtUp, message, numbered, publishAll, quiet, record } from '../support/event-buses.ts';

describe.each(BUSES)('publishing and following: $name', ({ open, isMissing }) => {
  describe.skipIf(isMissing)('with a bus', () => {
    let bus: EventBus;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      ({ bus, dispose } = await open());
    });

    afterEach(() => dispose());

    test('messages get growing positions, and are found there', async () => {
      expect(bus.state().kind).toBe('up');
      expect(await bus.range()).toEqual({ first: 1, last: 0, lastStoredAtMs: null });
      const before = Date.now();
      expect(await publishAll(bus, numbered(1, 3))).toEqual([1, 2, 3]);
      const found = await bus.messageAt(2);
      expect(found).toMatchObject({ ...message('2'), position: 2 });
      expect(found?.storedAtMs).toBeGreaterThanOrEqual(before - 1);
      expect(await bus.messageAt(4)).toBeNull();
      expect(await bus.messageAt(0)).toBeNull();
      const range = await bus.range();
      expect(range).toMatchObject({ first: 1, last: 3 });
      expect(range.lastStoredAtMs).toBeGreaterThanOrEqual(before - 1);
    });

    test('a message whose id is stored already is told where', async () => {
      await publishAll(bus, numbered(1, 2));
      const again = await bus.publish([message('2'), message('3')]);
      expect(again).toEqual([
        { ok: true, position: 2, isDuplicate: true },
        { ok: true, position: 3, isDuplicate: false },
      ]);
      expect((await bus.range()).last).toBe(3);
    });

    test('ids are unique over all subjects', async () => {
      await publishAll(bus, [{ subject: 'rocket.a', payload: 'x', id: 'same' }]);
      const [second] = await bus.publish([{ subject: 'rocket.b', payload: 'y', id: 'same' }]);
      expect(second).toEqual({ ok: true, position: 1, isDuplicate: true });
    });

    test('five thousand at once are stored in order', async () => {
      const messages = numbered(1, 5_000);
      const followed = record(bus, { kind: 'after', position: 0 });
      expect(await publishAll(bus, messages)).toEqual(messages.map((_, at) => at + 1));
      await until(() => followed.messages.length === 5_000);
      expect(followed.payloads()).toEqual(messages.map(({ payload }) => payload));
    });

    test('what is larger than the limit is not sent, and the others are', async () => {
      const outcomes = await bus.publish([message('1'), message('x'.repeat(1_048_577)), message('2')]);
      expect(outcomes.map((outcome) => (outcome.ok ? outcome.position : outcome.reason))).toEqual([
        1,
        'too_large',
        2,
      ]);
      expect(await bus.publish([])).toEqual([]);
    });

    test.each(['other.subject', 'rocket', 'rocket.', 'rocket.a..b', 'rocket.a b', 'rocket.*', 'rocket.>'])(
      '%j is no subject',
      (subject) => {
        expect(() => bus.publish([message('1', subject)])).toThrow(RangeError);
      },
    );

    test('text arrives as it was sent', async () => {
      const payload = 'Zoë 🚀 \u0000 \r\n {"a":1}';
      await publishAll(bus, [{ subject: 'rocket.ev.crm.x', payload, id: 'crm:1:7' }]);
      const followed = record(bus, { kind: 'after', position: 0 });
      await caughtUp(followed);
      expect(followed.messages).toMatchObject([{ payload, id: 'crm:1:7', position: 1 }]);
      expect(await bus.messageAt(1)).toEqual(followed.messages[0]);
    });

    test('following after a position brings what comes after it, then what is published', async () => {
      await publishAll(bus, numbered(1, 5));
      const followed = record(bus, { kind: 'after', position: 3, id: message('3').id });
      expect(followed.messages).toEqual([]);
      await caughtUp(followed);
      expect(followed.payloads()).toEqual(['4', '5']);
      expect(followed.events).toEqual(['caught up 5']);
      await publishAll(bus, numbered(6, 7));
      await until(() => followed.follower.position === 7);
      expect(followed.payloads()).toEqual(['4', '5', '6', '7']);
    });

    test('following from now brings nothing old', async () => {
      await publishAll(bus, numbered(1, 5));
      const followed = record(bus, { kind: 'new' });
      await caughtUp(followed);
      expect(followed.follower.position).toBe(5);
      await publishAll(bus, numbered(6, 6));
      await until(() => followed.messages.length > 0);
      expect(followed.payloads()).toEqual(['6']);
    });

    test('following the last of each subject brings these in order, then everything new', async () => {
      for (const [payload, subject] of [
        ['a1', 'rocket.beat.a'],
        ['b1', 'rocket.beat.b'],
        ['x1', 'rocket.ev.x'],
        ['a2', 'rocket.beat.a'],
        ['c1', 'rocket.beat.c'],
        ['b2', 'rocket.beat.b'],
        ['x2', 'rocket.ev.x'],
      ] as const) {
        await publishAll(bus, [message(payload, subject)]);
      }
      const followed = record(bus, { kind: 'last_per_subject' }, { subject: 'rocket.beat.*' });
      await caughtUp(followed);
      expect(followed.payloads()).toEqual(['a2', 'c1', 'b2']);
      expect(followed.events).toEqual(['caught up 7']);
      expect(followed.follower.position).toBe(7);
      await publishAll(bus, [
        message('a3', 'rocket.beat.a'),
        message('x3', 'rocket.ev.x'),
        message('a4', 'rocket.beat.a'),
      ]);
      await until(() => followed.messages.length === 5);
      expect(followed.payloads().slice(3)).toEqual(['a3', 'a4']);
    });

    test.each([
      ['rocket.ev.crm.>', ['1', '2', '4']],
      ['rocket.ev.*.customer.*', ['1', '3']],
      ['rocket.ev.crm.order.created', ['2']],
      ['rocket.ev.shop.>', ['3']],
      ['rocket.none.>', []],
    ])('a filter %s selects subjects', async (subject, expected) => {
      await publishAll(bus, [
        message('1', 'rocket.ev.crm.customer.created'),
        message('2', 'rocket.ev.crm.order.created'),
        message('3', 'rocket.ev.shop.customer.deleted'),
        message('4', 'rocket.ev.crm'.concat('.note')),
        message('5', 'rocket.beat.s1'),
      ]);
      const followed = record(bus, { kind: 'after', position: 0 }, { subject });
      await caughtUp(followed);
      expect(followed.payloads()).toEqual(expected);
      expect(followed.events).toEqual(['caught up 5']);
    });

    test('going on after a position while others publish neither leaves out nor repeats', async () => {
      const seen: string[] = [];
      let published = 0;
      let stop = false;
      const publishing = (async () => {
        while (!stop) {
          await publishAll(bus, numbered(published + 1, published + 20));
          published += 20;
        }
      })();
      let position = 0;
      for (let round = 0; round < 10; round += 1) {
        const followed = record(bus, { kind: 'after', position });
        await caughtUp(followed);
        await until(() => followed.messages.length > 10);
        followed.follower.close();
        position = followed.follower.position;
        seen.push(...followed.payloads());
      }
      stop = true;
      await publishing;
      const last = record(bus, { kind: 'after', position });
      await caughtUp(last);
      seen.push(...last.payloads());
      expect(seen).toEqual(numbered(1, published).map(({ payload }) => payload));
    });

    test('caught up means that everything stored before was delivered', async () => {
      await publishAll(bus, numbered(1, 2_000));
      let delivered = 0;
      let atCaughtUp = 0;
      const followed = record(
        bus,
        { kind: 'after', position: 0 },
        {
          onMessage: () => {
            delivered += 1;
          },
          onCaughtUp: () => {
            atCaughtUp = delivered;
          },
        },
      );
      await until(() => atCaughtUp > 0);
      expect(atCaughtUp).toBe(2_000);
      expect(followed.follower.position).toBe(2_000);
    });

    test('an empty stream is caught up with at once', async () => {
      for (const kind of ['new', 'last_per_subject'] as const) {
        const followed = record(bus, { kind });
        await caughtUp(followed);
        expect(followed.events).toEqual(['caught up 0']);
      }
      const both = [record(bus, { kind: 'after', position: 0 }), record(bus, { kind: 'new' })];
      await Promise.all(both.map(caughtUp));
      await publishAll(bus, numbered(1, 1));
      await until(() => both.every(({ messages }) => messages.length === 1));
    });

    test('a closed follower is not called any more', async () => {
      const early = record(bus, { kind: 'after', position: 0 });
      early.follower.close();
      const followed = record(bus, { kind: 'after', position: 0 });
      await caughtUp(followed);
      followed.follower.close();
      await publishAll(bus, numbered(1, 3));
      await quiet();
      expect([...early.messages, ...followed.messages, ...early.events]).toEqual([]);
    });

    test('a position that the stream has not reached is rewound', async () => {
      await publishAll(bus, numbered(1, 3));
      const followed = record(bus, { kind: 'after', position: 4 });
      await until(() => followed.events.length > 0);
      expect(followed.events).toEqual(['lost rewound']);
    });

    test('a position with another message is rewound', async () => {
      await publishAll(bus, numbered(1, 3));
      const followed = record(bus, { kind: 'after', position: 2, id: 'of another stream' });
      await until(() => followed.events.length > 0);
      expect(followed.events).toEqual(['lost rewound']);
      await publishAll(bus, numbered(4, 4));
      await quiet();
      expect(followed.messages).toEqual([]);
    });

    test('a follower that cannot take a message ends, and others go on', async () => {
      const failing = record(
        bus,
        { kind: 'after', position: 0 },
        {
          onMessage: () => {
            throw new Error('cannot');
          },
        },
      );
      const followed = record(bus, { kind: 'after', position: 0 });
      await publishAll(bus, numbered(1, 3));
      await until(() => followed.messages.length === 3 && failing.events.includes('lost failed'));
      expect(failing.follower.position).toBe(0);
    });

    test('a wrong filter is refused', () => {
      for (const subject of ['>', 'rocket', 'rocket.>.a', 'other.>']) {
        expect(() => record(bus, { kind: 'new' }, { subject })).toThrow(RangeError);
      }
    });
  });
});
