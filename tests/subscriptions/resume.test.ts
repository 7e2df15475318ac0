/** Subscriptions that go on where others ended, and those that begin with the records there are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../harness/listening.ts';
import { until } from '../harness/until.ts';
import { createSubscribedWorld, type SubscribedWorld } from './subscribed-world.ts';

let desk: SubscribedWorld;
beforeAll(async () => {
  desk = await createSubscribedWorld();
});
afterAll(() => desk?.world.dispose());

const titles = (mark: string) =>
  `subscription($after: String) { ticketChanged(where: {title: {startsWith: "${mark}"}}, after: $after) { operation node { title } } }`;
const snapshot = (mark: string, more = '') =>
  `subscription($after: String) { ticketChanged(where: {title: {startsWith: "${mark}"}}, snapshot: true, after: $after${more}) {
     operation id snapshot node { title } } }`;

interface Change {
  readonly operation: string;
  readonly id: string;
  readonly snapshot: boolean;
  readonly node: { readonly title: string } | null;
}

async function take(listening: Listening, count: number) {
  const taken: { readonly cursor: string; readonly change: Change }[] = [];
  while (taken.length < count) {
    const { id, data } = await listening.next();
    taken.push({ cursor: id, change: data?.['ticketChanged'] as Change });
  }
  return taken;
}

const titleOf = ({ change }: { readonly change: Change }) => change.node?.title;
const many = (count: number, mark: string) => Array.from({ length: count }, (_, at) => `${mark}${at}`);

async function make(names: readonly string[]): Promise<readonly string[]> {
  const made: string[] = [];
  for (const title of names) made.push(await desk.ticket({ title }));
  return made;
}

describe('a cursor', () => {
  it('gives what was missed in order, then what comes', async () => {
    const first = await desk.listen(titles('A'));
    await make(['A0', 'A1']);
    const [{ cursor } = { cursor: '' }] = await take(first, 2);
    first.close();
    await make(many(30, 'A+'));
    const resumed = await desk.listen(titles('A'), { variables: { after: cursor } });
    const missed = await take(resumed, 31);
    await make(['A~']);
    expect([...missed, ...(await take(resumed, 1))].map(titleOf)).toEqual(['A1', ...many(30, 'A+'), 'A~']);
    expect(missed.every(({ cursor: own }) => own !== cursor)).toBe(true);
    resumed.close();
  });

  it('is there before the first change, for who is cut off before it', async () => {
    const first = await desk.listen(titles('E'));
    await until(() => first.cursor !== '');
    first.close();
    await make(['E0']);
    const resumed = await desk.listen(titles('E'), { lastEventId: first.cursor });
    expect((await take(resumed, 1)).map(titleOf)).toEqual(['E0']);
    resumed.close();
    // Behind the beginning of a snapshot would be nothing of it.
    const rows = await desk.listen(snapshot('E'));
    expect((await take(rows, 1)).map(titleOf)).toEqual(['E0']);
    rows.close();
  });

  it('goes on from the header of an event source, which goes before the argument', async () => {
    const first = await desk.listen(titles('B'));
    await make(['B0', 'B1', 'B2']);
    const [zero, one] = await take(first, 3);
    first.close();
    const resumed = await desk.listen(titles('B'), {
      variables: { after: zero?.cursor },
      lastEventId: one?.cursor ?? '',
    });
    expect((await take(resumed, 1)).map(titleOf)).toEqual(['B2']);
    resumed.close();
  });

  it('is good for the same selection of another gateway, and for nothing else', async () => {
    const { token } = await desk.world.signIn('desk', ['agent']);
    const first = await desk.listen(titles('C'), { token });
    await make(['C0', 'C1']);
    const [{ cursor } = { cursor: '' }] = await take(first, 2);
    first.close();
    const another = await desk.world.another();
    const elsewhere = await desk.listen(
      'subscription($after: String) { ticketChanged(where: {title: {startsWith: "C"}}, after: $after) { operation node { title owner } } }',
      { token, url: another.url, lastEventId: cursor },
    );
    expect((await take(elsewhere, 1)).map(titleOf)).toEqual(['C1']);
    elsewhere.close();
    await another.close();
    const foreign = { status: 403, code: 'FORBIDDEN' };
    await expect(desk.listen(titles('C'), { lastEventId: cursor })).rejects.toMatchObject(foreign);
    await expect(desk.listen(titles('D'), { token, lastEventId: cursor })).rejects.toMatchObject(foreign);
    await expect(
      desk.listen('subscription { replyChanged { id } }', { token, lastEventId: cursor }),
    ).rejects.toMatchObject(foreign);
  });
});

describe('a snapshot', () => {
  it('has every record once, then the changes', async () => {
    const made = await make(many(120, 'S'));
    const listening = await desk.listen(snapshot('S'));
    const rows = await take(listening, 120);
    expect(new Set(rows.map(({ change }) => change.id))).toEqual(new Set(made));
    expect(rows.every(({ change }) => change.snapshot && change.operation === 'ADDED')).toBe(true);
    await desk.patch(made[3] ?? '', { title: 'S-changed' });
    expect((await take(listening, 1))[0]?.change).toMatchObject({
      ...{ operation: 'UPDATED', id: made[3], snapshot: false, node: { title: 'S-changed' } },
    });
    listening.close();
  });

  it('goes on in its middle', async () => {
    const made = await make(many(30, 'M'));
    const first = await desk.listen(snapshot('M'));
    const begun = await take(first, 10);
    first.close();
    const later = await desk.ticket({ title: 'M-later' });
    const resumed = await desk.listen(snapshot('M'), { lastEventId: begun.at(-1)?.cursor ?? '' });
    const rest = await take(resumed, 21);
    const told = [...begun, ...rest].map(({ change }) => change.id);
    expect(new Set(told)).toEqual(new Set([...made, later]));
    resumed.close();
  });

  it('and the changes that are made meanwhile give the records there are', async () => {
    const made = await make(many(150, 'W'));
    const listening = await desk.listen(snapshot('W'));
    const writing = (async () => {
      for (const [at, id] of made.entries()) {
        if (at % 3 === 0) await desk.remove(id);
        else if (at % 3 === 1) await desk.patch(id, { title: `W${at}!` });
        else await desk.patch(id, { title: `out of view ${at}` });
      }
      return await desk.ticket({ title: 'W-last' });
    })();
    const copy = new Map<string, string | undefined>();
    for (let last = ''; last !== 'W-last'; ) {
      const [{ change } = { change: null }] = await take(listening, 1);
      last = change?.node?.title ?? '';
      if (change === null) continue;
      if (change.operation === 'REMOVED') copy.delete(change.id);
      else copy.set(change.id, change.node?.title);
    }
    copy.delete(await writing);
    expect([...copy.values()].sort()).toEqual(
      many(150, 'W')
        .filter((_, at) => at % 3 === 1)
        .map((title) => `${title}!`)
        .sort(),
    );
    listening.close();
  });

  it('of one record is that record', async () => {
    const [id = ''] = await make(['O1', 'O2']);
    const listening = await desk.listen(
      'subscription($id: ID) { ticketChanged(id: $id, snapshot: true) { operation id snapshot node { title } } }',
      { variables: { id } },
    );
    await desk.patch(id, { title: 'O1!' });
    expect((await take(listening, 2)).map(({ change }) => [change.id, change.snapshot])).toEqual([
      [id, true],
      [id, false],
    ]);
    listening.close();
  });
});
