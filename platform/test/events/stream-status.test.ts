import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EventBus } from '../../src/index.ts';
import { BUSES, consumeWith, message, numbered, publishAll, record } from '../support/event-buses.ts';

describe.each(BUSES)('what a bus tells of itself: $name', ({ open, isMissing }) => {
  describe.skipIf(isMissing)('with a bus', () => {
    let bus: EventBus;
    let dispose: () => Promise<void>;

    beforeEach(async () => {
      ({ bus, dispose } = await open());
    });

    afterEach(() => dispose());

    test('the stream: positions, messages, bytes', async () => {
      expect(await bus.describe()).toEqual({
        first: 1,
        last: 0,
        lastStoredAtMs: null,
        messages: 0,
        bytes: 0,
        differences: [],
      });
      await publishAll(bus, numbered(1, 3));
      const described = await bus.describe();
      expect(described).toMatchObject({ ...(await bus.range()), messages: 3, last: 3 });
      expect(described.bytes).toBeGreaterThanOrEqual(3);
    });

    test('consumers: what waits, what is handled, what came back; and no followers', async () => {
      record(bus, { kind: 'new' });
      expect(await bus.consumers()).toEqual([]);
      await publishAll(bus, [...numbered(1, 5), message('other', 'rocket.beat.a')]);
      const held = Promise.withResolvers<undefined>();
      const hold = bus.consume(consumeWith({ name: 'slow', maxInFlight: 2, handle: () => held.promise }));
      const fail = bus.consume(
        consumeWith({
          name: 'failing',
          handle({ payload, tries }) {
            if (payload !== '2') return Promise.resolve(undefined);
            return tries === 1 ? Promise.reject(new Error('once more')) : held.promise;
          },
        }),
      );
      try {
        await expect
          .poll(() => bus.consumers(), { timeout: 10_000 })
          .toEqual([
            { name: 'failing', waiting: 0, handling: 1, redelivered: 1 },
            { name: 'slow', waiting: 3, handling: 2, redelivered: 0 },
          ]);
      } finally {
        held.resolve(undefined);
        await hold.close(1_000);
        await fail.close(1_000);
      }
    });
  });
});
