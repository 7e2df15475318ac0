import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../tests/harness/until.ts';
import { createInProcessBus, createLogger, type EventBus } from '../../src/index.ts';
import {
  caughtUp,
  consumeWith,
  message,
  numbered,
  publishAll,
  quiet,
  record,
} from '../support/event-buses.ts';
import { codeOf } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

describe('the bus in process', () => {
  let bus: EventBus;

  beforeEach(() => {
    bus = createInProcessBus({
      logger,
      durableConsumers: ['workers', 'hooks'],
      limits: { maxMessages: 10, maxBytes: 10_000, maxPayloadBytes: 5_000 },
    });
  });

  afterEach(() => bus.close());

  /** Consumes under a name; each message is done when its promise in the list is resolved. */
  function hold(name: string, subject = 'rocket.>'): PromiseWithResolvers<undefined>[] {
    const held: PromiseWithResolvers<undefined>[] = [];
    const handle = (): Promise<undefined> => {
      const work = Promise.withResolvers<undefined>();
      held.push(work);
      return work.promise;
    };
    bus.consume(consumeWith({ name, subject, maxInFlight: 100, handle }));
    return held;
  }

  test('a message is durable when every named consumer has done it', async () => {
    await publishAll(bus, numbered(1, 3));
    const reached: number[] = [];
    for (const position of [1, 2, 3]) void bus.durable(position).then(() => reached.push(position));
    const workers = hold('workers');
    await until(() => workers.length === 3);
    for (const work of workers) work.resolve(undefined);
    await quiet();
    expect(reached).toEqual([]);
    const hooks = hold('hooks');
    await until(() => hooks.length === 3);
    hooks[1]?.resolve(undefined);
    await quiet();
    expect(reached).toEqual([]);
    hooks[0]?.resolve(undefined);
    await until(() => reached.length === 2);
    hooks[2]?.resolve(undefined);
    await until(() => reached.length === 3);
    await bus.durable(3);
  });

  test('what a named consumer does not want is done for it', async () => {
    hold('workers', 'rocket.other');
    hold('hooks', 'rocket.other');
    await publishAll(bus, numbered(1, 3));
    await bus.durable(3);
  });

  test('without named consumers everything is durable', async () => {
    const free = createInProcessBus({ logger });
    await publishAll(free, numbered(1, 3));
    await free.durable(3);
    await free.close();
  });

  test('waiting ends with the bus', async () => {
    await publishAll(bus, numbered(1, 1));
    const waiting = bus.durable(1);
    waiting.catch(() => undefined);
    await bus.close();
    expect(await codeOf(waiting)).toBe('EVENTS_UNAVAILABLE');
    expect(bus.state()).toMatchObject({ kind: 'down', reason: 'closed' });
    expect(await bus.publish([message('2')])).toMatchObject([{ ok: false, reason: 'unavailable' }]);
  });

  test('a full log refuses what would push out messages that named consumers have not done', async () => {
    expect((await publishAll(bus, numbered(1, 10))).at(-1)).toBe(10);
    expect(await bus.publish([message('11')])).toMatchObject([{ ok: false, reason: 'refused' }]);
    const [workers, hooks] = [hold('workers'), hold('hooks')];
    await until(() => workers.length === 10 && hooks.length === 10);
    for (const work of [...workers, ...hooks.slice(0, 2)]) work.resolve(undefined);
    await bus.durable(2);
    const outcomes = await bus.publish(numbered(11, 13));
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(await bus.range()).toMatchObject({ first: 3, last: 12 });
  });

  test('the bytes are bounded too, and a payload beyond its bound is too large', async () => {
    const large = (payload: string) => message(payload.padEnd(4_000));
    const outcomes = await bus.publish([large('1'), large('2'), large('3'), message('x'.repeat(5_001))]);
    expect(outcomes.map((outcome) => outcome.ok || outcome.reason)).toEqual([
      true,
      true,
      'refused',
      'too_large',
    ]);
  });

  test('a position that left the log is expired', async () => {
    const free = createInProcessBus({ logger, limits: { maxMessages: 10 } });
    await publishAll(free, numbered(1, 30));
    expect(await free.range()).toMatchObject({ first: 21, last: 30 });
    const [behind, near] = [19, 20].map((position) => record(free, { kind: 'after', position }));
    if (behind === undefined || near === undefined) throw new Error('two were made');
    await caughtUp(near);
    expect(behind.events).toEqual(['lost expired']);
    expect(near.messages).toHaveLength(10);
    await free.close();
  });

  test('two buses share nothing', async () => {
    const other = createInProcessBus({ logger });
    await publishAll(other, numbered(1, 2));
    expect(await bus.range()).toMatchObject({ last: 0 });
    await other.close();
  });
});
