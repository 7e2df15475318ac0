import { expect, test } from 'vitest';
import { Subscriber } from '../../src/subscriptions/delivery/subscriber.ts';
import type { ChangeOperation } from '../../src/subscriptions/entity-view.ts';

const PREVIOUS = { name: 'before' };

/** What a subscriber is told of one record, of which these changes wait. */
async function told(...operations: readonly ChangeOperation[]): Promise<unknown> {
  const subscriber = new Subscriber({
    coalesce: true,
    onEnd: () => undefined,
    message: ({ change: { operation, previous }, point }) => ({
      result: { data: { operation, previous } },
      cursor: String(point.place.position),
    }),
  });
  operations.forEach((operation, at) => {
    const change = { id: 'a', at: '2026-01-01T00:00:00Z', nodes: null, changedFields: [], errors: [] };
    subscriber.push({
      change: { ...change, operation, previous: operation === 'ADDED' ? null : PREVIOUS, snapshot: false },
      point: { place: { position: at, id: null }, row: null },
    });
  });
  const { value } = await subscriber.next();
  await subscriber.return();
  return value;
}

test.each<{ changes: readonly ChangeOperation[]; sum: ChangeOperation }>([
  { changes: ['ADDED', 'UPDATED'], sum: 'ADDED' },
  { changes: ['UPDATED', 'UPDATED'], sum: 'UPDATED' },
  { changes: ['UPDATED', 'REMOVED'], sum: 'REMOVED' },
  { changes: ['REMOVED', 'ADDED'], sum: 'UPDATED' },
  // Its removal is not told when the record is there again by the time it is read.
  { changes: ['UPDATED', 'ADDED'], sum: 'UPDATED' },
  { changes: ['ADDED', 'ADDED'], sum: 'ADDED' },
])('$changes are together $sum', async ({ changes, sum }) => {
  const previous = changes[0] === 'ADDED' ? null : PREVIOUS;
  expect(await told(...changes)).toEqual({
    result: { data: { operation: sum, previous } },
    cursor: String(changes.length - 1),
  });
});
