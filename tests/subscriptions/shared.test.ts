/** Many who listen to the same: what is read for them, and what becomes of them when the graph is replaced. */
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from '../harness/until.ts';
import { createSubscribedWorld, DESK, type SubscribedWorld } from './subscribed-world.ts';

let desk: SubscribedWorld;
beforeAll(async () => {
  desk = await createSubscribedWorld();
});
afterAll(() => desk?.world.dispose());

interface Crowd {
  /** What each was told, as JSON. */
  readonly told: readonly string[][];
  /** The code that each ended with. */
  readonly ended: readonly unknown[];
  dispose(): Promise<void>;
}

/** Subscriptions on one connection. Resolves once all are open. */
async function crowd(count: number, query: string, token: string): Promise<Crowd> {
  const client = createClient({
    url: desk.url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  const told = Array.from({ length: count }, (): string[] => []);
  const ended: unknown[] = [];
  const before = await openSubscriptions();
  for (const own of told) {
    client.subscribe(
      { query },
      {
        next: ({ data }) => own.push(JSON.stringify(data)),
        error: (errors) => ended.push(Array.isArray(errors) ? errors[0].extensions.code : errors),
        complete: () => undefined,
      },
    );
  }
  await until(async () => (await openSubscriptions()) === before + count);
  return {
    ...{ told, ended },
    async dispose() {
      const others = (await openSubscriptions()) - (count - ended.length);
      await client.dispose();
      await until(async () => (await openSubscriptions()) === others);
    },
  };
}

async function measured(name: string): Promise<number> {
  const headers = { authorization: `Bearer ${desk.world.adminToken}` };
  const text = await (await fetch(`${desk.world.url}/metrics`, { headers })).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

const openSubscriptions = () => measured('rocket_subscriptions');
const recordsRead = () => measured('rocket_subscription_records_read_total');

describe('a thousand subscriptions', () => {
  it('of callers who see the same cost one read of the record', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => desk.world.signIn('desk', ['agent'])));
    const query = 'subscription { ticketChanged { node { title replies { body } } } }';
    const crowds = [await crowd(500, query, one?.token ?? ''), await crowd(500, query, other?.token ?? '')];
    const before = await recordsRead();
    await desk.ticket({ title: 'Seen by all' });
    await until(() => crowds.every(({ told }) => told.every((own) => own.length === 1)));
    expect(await recordsRead()).toBe(before + 1);
    expect(new Set(crowds.flatMap(({ told }) => told.flat()))).toEqual(
      new Set(['{"ticketChanged":{"node":{"title":"Seen by all","replies":[]}}}']),
    );
    for (const each of crowds) await each.dispose();
  });

  it('of callers who see different records are each told their own', async () => {
    const [one, other] = await Promise.all([1, 2].map(() => desk.world.signIn('desk', ['member'])));
    const query = 'subscription { ticketChanged { node { title } } }';
    const [ones = null, others = null] = [
      await crowd(5, query, one?.token ?? ''),
      await crowd(5, query, other?.token ?? ''),
    ];
    await desk.ticket({ title: 'First', owner: one?.userId });
    await desk.ticket({ title: 'Second', owner: other?.userId });
    await until(() => [ones, others].every((each) => each?.told.every((own) => own.length === 1)));
    expect(new Set(ones?.told.flat())).toEqual(new Set(['{"ticketChanged":{"node":{"title":"First"}}}']));
    expect(new Set(others?.told.flat())).toEqual(new Set(['{"ticketChanged":{"node":{"title":"Second"}}}']));
    await ones?.dispose();
    await others?.dispose();
  });

  it('go on when the document changes, but for those that ask for what has gone', async () => {
    const query = (field: string) => `subscription { ticketChanged { node { title ${field} } } }`;
    const stay = await crowd(1_000, query('status'), desk.world.adminToken);
    const leave = await crowd(10, query('replies { body }'), desk.world.adminToken);
    await replace({ ...DESK, relations: DESK.relations.filter(({ name }) => name !== 'ticket_replies') });
    await until(() => leave.ended.length === 10);
    expect(new Set(leave.ended)).toEqual(new Set(['SCHEMA_CHANGED']));
    await desk.ticket({ title: 'After', status: 'OPEN' });
    await until(() => stay.told.every((own) => own.length === 1));
    expect(stay.ended).toEqual([]);
    await stay.dispose();
    await leave.dispose();
  });
});

async function replace(document: unknown): Promise<void> {
  const { errors } = await desk.world.importApp('desk', document);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
}
