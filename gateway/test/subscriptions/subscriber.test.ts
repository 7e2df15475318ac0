import { RocketError } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { type Delivery, Subscriber } from '../../src/subscriptions/delivery/subscriber.ts';
import { WaitingBudget, type WaitingShare } from '../../src/subscriptions/delivery/waiting-budget.ts';
import type { ChangeOperation } from '../../src/subscriptions/entity-view.ts';
import { placeAt } from './memory-feed.ts';

let position = 0;

function delivery(operation: ChangeOperation, id = 'a'): Delivery {
  position += 1;
  const previous = operation === 'ADDED' ? null : { was: position };
  const nodes = operation === 'REMOVED' ? null : [{ is: position }];
  const change = { operation, id, nodes, previous, changedFields: [`f${position}`], at: '', snapshot: false };
  return { change: { ...change, errors: [] }, point: { place: placeAt(position), row: null } };
}

interface Subscribed {
  readonly coalesce?: boolean;
  readonly maxWaiting?: number;
  readonly operations?: readonly ChangeOperation[];
  readonly share?: WaitingShare;
}

function subscriberOf({ coalesce = false, maxWaiting = 3, operations = [], share }: Subscribed = {}) {
  const state = { ends: 0 };
  position = 0;
  const subscriber = new Subscriber({
    ...{
      cursor: null,
      coalesce,
      maxWaiting,
      operations: operations.length === 0 ? null : new Set(operations),
    },
    message: ({ change, point }) => ({
      result: { data: { ...change } },
      cursor: String(point.place.position),
    }),
    share: share ?? new WaitingBudget().of('nobody'),
    onEnd: () => {
      state.ends += 1;
    },
  });
  return { subscriber, state };
}

async function rest(subscriber: Subscriber) {
  subscriber.fail(new RocketError('NOT_READY'));
  const told: Record<string, unknown>[] = [];
  try {
    for await (const { result, cursor } of subscriber) told.push({ ...result.data, cursor });
  } catch {
    return told;
  }
  throw new Error('The error was not told');
}

async function sum(operations: ChangeOperation[], wanted: ChangeOperation[] = []) {
  const { subscriber } = subscriberOf({ coalesce: true, operations: wanted });
  for (const operation of operations) subscriber.push(delivery(operation));
  const [told, ...others] = await rest(subscriber);
  expect(others).toEqual([]);
  return told;
}

describe('a subscriber', () => {
  it('takes what waits in order, and then waits for more', async () => {
    const { subscriber } = subscriberOf();
    subscriber.push(delivery('ADDED'));
    subscriber.push(delivery('UPDATED'));
    expect((await subscriber.next()).value.cursor).toBe('1');
    expect((await subscriber.next()).value.cursor).toBe('2');
    const next = subscriber.next();
    subscriber.push(delivery('REMOVED'));
    expect((await next).value.cursor).toBe('3');
  });

  it('who is too slow ends at once, and is told once', async () => {
    const { subscriber, state } = subscriberOf({ maxWaiting: 2 });
    for (const operation of ['ADDED', 'UPDATED', 'UPDATED'] as const) subscriber.push(delivery(operation));
    expect(state.ends).toBe(1);
    await expect(subscriber.next()).rejects.toMatchObject({ code: 'SUBSCRIBER_TOO_SLOW' });
    expect(await subscriber.next()).toEqual({ done: true, value: undefined });
    subscriber.push(delivery('UPDATED'));
    expect(await subscriber.next()).toEqual({ done: true, value: undefined });
  });

  it('is not too slow while changes of one record become one', async () => {
    const { subscriber } = subscriberOf({ maxWaiting: 1, coalesce: true });
    for (const operation of ['ADDED', 'UPDATED', 'UPDATED'] as const) subscriber.push(delivery(operation));
    expect(await rest(subscriber)).toMatchObject([{ operation: 'ADDED', cursor: '3' }]);
  });

  it('takes what waits before the error', async () => {
    const { subscriber, state } = subscriberOf();
    subscriber.push(delivery('ADDED'));
    subscriber.fail(new RocketError('RESYNC_REQUIRED'));
    subscriber.fail(new RocketError('NOT_READY'));
    expect((await subscriber.next()).value.cursor).toBe('1');
    await expect(subscriber.next()).rejects.toMatchObject({ code: 'RESYNC_REQUIRED' });
    expect(state.ends).toBe(1);
  });

  it('who waits is told the error, once', async () => {
    const { subscriber } = subscriberOf();
    const next = subscriber.next();
    subscriber.fail(new RocketError('RESYNC_REQUIRED'));
    await expect(next).rejects.toMatchObject({ code: 'RESYNC_REQUIRED' });
    expect(await subscriber.next()).toEqual({ done: true, value: undefined });
  });

  it('ends while it waits when it is given up', async () => {
    const { subscriber, state } = subscriberOf();
    const next = subscriber.next();
    await subscriber.return();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(state.ends).toBe(1);
  });

  it('who has gone is told nothing that waited, and no error', async () => {
    const { subscriber } = subscriberOf();
    subscriber.push(delivery('ADDED'));
    subscriber.fail(new RocketError('NOT_READY'));
    await subscriber.return();
    expect(await subscriber.next()).toEqual({ done: true, value: undefined });
  });

  it.each(['taken', 'too slow', 'failed', 'given up'])('says when nothing waits: %s', async (how) => {
    const { subscriber } = subscriberOf({ maxWaiting: 1 });
    await subscriber.emptied();
    subscriber.push(delivery('ADDED'));
    let isEmpty = false;
    const emptied = subscriber.emptied().then(() => {
      isEmpty = true;
    });
    await Promise.resolve();
    expect(isEmpty).toBe(false);
    if (how === 'taken') await subscriber.next();
    else if (how === 'too slow') subscriber.push(delivery('ADDED'));
    else if (how === 'failed') subscriber.fail(new RocketError('NOT_READY'));
    else await subscriber.return();
    await emptied;
    expect(isEmpty).toBe(true);
  });
});

describe('changes of one record that wait', () => {
  it.each([
    [['ADDED', 'UPDATED'], 'ADDED', null],
    [['ADDED', 'ADDED'], 'ADDED', null],
    [['UPDATED', 'UPDATED'], 'UPDATED', { was: 1 }],
    [['UPDATED', 'REMOVED'], 'REMOVED', { was: 1 }],
    // A snapshot may have shown the record.
    [['ADDED', 'REMOVED'], 'REMOVED', null],
    [['REMOVED', 'ADDED'], 'UPDATED', { was: 1 }],
    // A removal of a record that is back is not told.
    [['UPDATED', 'ADDED'], 'UPDATED', { was: 1 }],
    // They have never been told of it.
    [['ADDED', 'REMOVED', 'ADDED'], 'ADDED', null],
    [['REMOVED', 'ADDED', 'REMOVED'], 'REMOVED', { was: 1 }],
  ] as const)('%s are %s', async (operations, operation, previous) => {
    const last = operations.length;
    expect(await sum([...operations])).toMatchObject({
      ...{ operation, previous, cursor: String(last) },
      nodes: operation === 'REMOVED' ? null : [{ is: last }],
      changedFields: operations.map((_, at) => `f${at + 1}`),
    });
  });

  it('are nothing that was not asked for', async () => {
    expect(await sum(['REMOVED', 'ADDED'], ['ADDED', 'REMOVED'])).toMatchObject({
      operation: 'ADDED',
      previous: null,
    });
    expect(await sum(['REMOVED', 'UPDATED'], ['UPDATED', 'REMOVED'])).toMatchObject({ operation: 'UPDATED' });
  });

  it('come at the place of the last, so that cursors do not go back', async () => {
    const { subscriber } = subscriberOf({ coalesce: true });
    for (const id of ['a', 'b', 'a', 'c', 'b']) subscriber.push(delivery('UPDATED', id));
    const told = await rest(subscriber);
    expect(told.map(({ id, cursor }) => [id, cursor])).toEqual([
      ['a', '3'],
      ['c', '4'],
      ['b', '5'],
    ]);
  });
});

describe('all subscriptions of one caller', () => {
  it('have a bound of what waits for them together, which others do not share', async () => {
    const budget = new WaitingBudget({ changes: 4 });
    const [one, two, other] = ['a', 'a', 'b'].map(
      (caller) => subscriberOf({ share: budget.of(caller) }).subscriber,
    );
    for (const subscriber of [one, two, other]) {
      for (let count = 0; count < 2; count += 1) subscriber?.push(delivery('UPDATED'));
    }
    two?.push(delivery('UPDATED'));
    await expect(two?.next()).rejects.toMatchObject({ code: 'SUBSCRIBER_TOO_SLOW' });
    // What waited for it has made room.
    one?.push(delivery('UPDATED'));
    other?.push(delivery('UPDATED'));
    expect([one?.hasEnded, other?.hasEnded]).toEqual([false, false]);
    await one?.return();
    expect(budget.of('a').take(1)).toBe(true);
  });

  it('have a bound of its bytes', async () => {
    const budget = new WaitingBudget({ bytes: 2_000 });
    const large = (): Delivery => {
      const { change, point } = delivery('UPDATED');
      return { change: { ...change, nodes: [{ text: 'x'.repeat(900) }] }, point };
    };
    const [one, two] = [1, 2].map(() => subscriberOf({ share: budget.of('a') }).subscriber);
    one?.push(large());
    two?.push(large());
    two?.push(large());
    expect([one?.hasEnded, two?.hasEnded]).toEqual([false, true]);
    await one?.next();
    expect(budget.of('a').take(2_000)).toBe(true);
  });
});
