import { RocketError } from '@rocket/schema';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ANONYMOUS } from '../../src/identity/identity.ts';
import { Member } from '../../src/subscriptions/delivery/member.ts';
import { sendSnapshot } from '../../src/subscriptions/delivery/snapshot.ts';
import { Subscriber } from '../../src/subscriptions/delivery/subscriber.ts';
import { WaitingBudget } from '../../src/subscriptions/delivery/waiting-budget.ts';
import type { NodeReader, ReadPage } from '../../src/subscriptions/resolution/node-reader.ts';
import type { SubscribeRequest } from '../../src/subscriptions/subscribe.ts';
import { fakeTime, pause, realTime } from './faked-time.ts';
import { placeAt } from './memory-feed.ts';

beforeEach(fakeTime);
afterEach(realTime);

const request: SubscribeRequest = {
  key: { kind: 'named', graph: 'main' as never },
  ...{ identity: ANONYMOUS, countedAs: 'a', parameters: { query: '' }, lastEventId: null, requestId: 'r' },
  signal: new AbortController().signal,
};

const page = (key: string, hasMore: boolean): ReadPage => ({
  rows: [{ node: { key, version: 1, nodes: [], errors: [] }, cursor: key }],
  ...{ hasMore, rule: null },
});

it('is read on when its reader has taken longer than a read may fail, and then one read fails', async () => {
  const pages: (ReadPage | RocketError)[] = [
    page('a', true),
    new RocketError('POOL_EXHAUSTED'),
    page('b', false),
  ];
  const asked: (string | null)[] = [];
  const reader: Pick<NodeReader, 'page'> = {
    async page({ after }) {
      asked.push(after);
      const next = pages.shift();
      if (next === undefined || next instanceof RocketError) throw next;
      return next;
    },
  };
  const subscriber = new Subscriber({
    ...{ cursor: null, coalesce: false, operations: null, share: new WaitingBudget().of('a') },
    message: ({ change }) => ({ result: { data: { id: change.id } }, cursor: '' }),
    onEnd: () => undefined,
  });
  const point = { place: placeAt(1), row: null };
  const member = new Member({ request, subscriber, key: null, operations: null, point });
  const sent = sendSnapshot(member, { reader: reader as NodeReader, maxPageSize: 1, atLeast: null });
  const told: unknown[] = [];
  const taking = (async () => {
    for (let count = 0; count < 2; count += 1) {
      await pause(40_000);
      told.push((await subscriber.next()).value?.result.data);
    }
  })();
  await vi.advanceTimersByTimeAsync(100_000);
  await Promise.all([sent, taking]);
  expect(told).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(asked).toEqual([null, 'a', 'a']);
  expect(member.point).toEqual(point);
});
