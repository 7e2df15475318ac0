import { type ChangeEvent, epoch } from '@rocket/schema';
import { expect, it } from 'vitest';
import { ChangeQueue, type QueueParts } from '../../src/subscriptions/delivery/change-queue.ts';
import { CRM, dealKey, userOf } from './deal-app.ts';
import { placeAt } from './memory-feed.ts';

const of = { identity: userOf('sales'), requestId: 'request' };

function changeAt(position: number) {
  const event: ChangeEvent = {
    ...{ id: String(position), app: CRM, epoch: epoch(1), lsn: null, entity: 'deal' },
    ...{ key: dealKey(1), version: position, record: { name: 'x' }, previous: null, at: '', op: 'create' },
    ...{ actor: null, changed: ['name'], tags: [], omitted: false },
  };
  return { event, place: placeAt(position), bytes: 1 };
}

it('is past a change once that was given: who comes then would wait for it in vain', async () => {
  const parts = {
    view: { operationOf: () => 'ADDED' },
    stored: { whole: async (change: unknown) => change },
    resolver: { resolve: async (seen: readonly unknown[]) => seen },
  } as unknown as QueueParts;
  const complete: number[] = [];
  const queue: ChangeQueue = new ChangeQueue(
    parts,
    {
      readFor: () => of,
      want: () => true,
      async give() {
        complete.push(queue.complete);
        queueMicrotask(() => complete.push(queue.complete));
      },
    },
    placeAt(0),
  );
  queue.offer(changeAt(1));
  queue.offer(changeAt(2));
  await queue.work();
  expect(complete).toEqual([0, 2]);
  expect(queue.isIdle).toBe(true);
});
