/** Links are no records: what is told of them is which tables and ends are touched, and with the same safety. */
import { readStream, type StreamRecord } from '@rocket/schema';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createNestedApp, helpdesk, type Input, keyOf, type NestedApp } from '../support/nested-app.ts';
import { ADMIN } from '../support/write-app.ts';

const related = {
  name: 'related_tickets',
  type: 'many_to_many',
  source: 'ticket',
  target: 'ticket',
  join_table: 'related_tickets',
  source_join_key: 'from_id',
  target_join_key: 'to_id',
  on_delete: 'detach',
};
const DOCUMENT = {
  ...helpdesk,
  relations: [
    ...helpdesk.relations.map((each) =>
      each.name === 'ticket_labels' ? { ...each, on_delete: 'detach' } : each,
    ),
    related,
  ],
};
const TABLE = 'test_app.ticket_labels';

let app: NestedApp;
beforeAll(async () => {
  app = await createNestedApp(DOCUMENT);
});
afterAll(() => app.app.dispose());
beforeEach(() => app.clear());

const label = async (name: string) => keyOf(await app.create('label', { name }));
const ticket = async (input: Input = {}) => keyOf(await app.create('ticket', { title: 't', ...input }));
const link = async (id: string, labels: Input) => keyOf(await app.update('ticket', id, { labels }));

interface Told {
  readonly subject: unknown;
  readonly kind: string;
  readonly tags: readonly string[];
}

/** What has been told since the last time, in order. */
async function told(): Promise<readonly Told[]> {
  const stored = await app.rows('SELECT subject, payload::text FROM _outbox ORDER BY id');
  await app.rows('DELETE FROM _outbox');
  return stored.map(([subject, payload]) => {
    const record = readStream(String(payload));
    return { subject, kind: record.kind, tags: tagsOf(record).toSorted() };
  });
}

function tagsOf(record: StreamRecord): readonly string[] {
  if (record.kind === 'touched') return record.touched.tags;
  return record.kind === 'change' ? record.event.tags : [];
}

const touched = (...tags: readonly string[]): Told => ({
  subject: 'rocket.tg.test_app.-.touched',
  kind: 'touched',
  tags: tags.toSorted(),
});
const ends = (id: string, ...labels: readonly string[]) => [
  `${TABLE}@ticket_id=${id}`,
  ...labels.map((each) => `${TABLE}@label_id=${each}`),
];

it('a write of links alone tells both ends of those that were really made or removed, once', async () => {
  const [id, a, b, c] = [await ticket(), await label('a'), await label('b'), await label('c')];
  await told();
  await link(id, { add: [a, b] });
  expect(await told()).toEqual([touched(TABLE, ...ends(id, a, b))]);
  await link(id, { add: [a] });
  await link(id, { data: [{ id: c, delete: true }] });
  expect(await told()).toEqual([]);
  await link(id, { data: [{ id: a, delete: true }, { id: b }, { id: c }] });
  expect(await told()).toEqual([touched(TABLE, ...ends(id, a, c))]);
  await link(id, { mode: 'REPLACE', data: [{ id: a }, { id: b }] });
  expect(await told()).toEqual([touched(TABLE, ...ends(id, a, c))]);
});

it('comes behind the changes of the records, from both sides of the relation', async () => {
  const a = await label('a');
  await told();
  const id = await ticket({ labels: { add: [a] } });
  const after = await told();
  expect(after.map(({ kind }) => kind)).toEqual(['change', 'touched']);
  expect(after[1]).toEqual(touched(TABLE, ...ends(id, a)));
  const b = keyOf(await app.create('label', { name: 'b', tickets: { add: [id] } }));
  expect((await told())[1]).toEqual(touched(TABLE, ...ends(id, b)));
});

it('tells the columns of a relation of an entity with itself', async () => {
  const one = await ticket();
  await told();
  const two = keyOf(await app.create('ticket', { title: 't', tickets: { add: [one] } }));
  const table = 'test_app.related_tickets';
  expect((await told()).slice(1)).toEqual([
    touched(table, `${table}@from_id=${two}`, `${table}@to_id=${one}`),
  ]);
});

it('a delete tells the links that go with the record, in one event', async () => {
  const [a, b] = [await label('a'), await label('b')];
  const id = await ticket({ labels: { add: [a, b] } });
  await told();
  keyOf(await app.app.writes(DOCUMENT).delete(ADMIN, 'ticket', { id }));
  const [change, links] = await told();
  expect(change?.kind).toBe('change');
  expect(links).toEqual(touched(TABLE, ...ends(id, a, b)));
  expect(await app.rows('SELECT 1 FROM ticket_labels')).toEqual([]);
});

it.each([
  { count: 1_998, omitted: undefined, tags: 2_000 },
  { count: 1_999, omitted: true, tags: 1 },
  { count: 5_000, omitted: true, tags: 1 },
])('$count links with a record: tags $tags', async ({ count, omitted, tags }) => {
  const id = await ticket();
  await app.rows(
    `WITH made AS (INSERT INTO labels (id, name) SELECT gen_random_uuid(), n FROM generate_series(1, $1::int) n RETURNING id)
     INSERT INTO ticket_labels (ticket_id, label_id) SELECT $2::uuid, id FROM made`,
    [count, id],
  );
  await told();
  keyOf(await app.app.writes(DOCUMENT).delete(ADMIN, 'ticket', { id }));
  const [[payload] = []] = await app.rows(
    `SELECT payload::text FROM _outbox WHERE subject LIKE 'rocket.tg.%'`,
  );
  const record = readStream(String(payload));
  if (record.kind !== 'touched') throw new Error(record.kind);
  expect(record.touched.omitted).toBe(omitted ?? false);
  expect(record.touched.tags).toHaveLength(tags);
  expect(record.touched.tags).toContain(TABLE);
  expect(await app.rows('SELECT 1 FROM ticket_labels')).toEqual([]);
});

it('links whose event cannot be stored are not made', async () => {
  const [id, a] = [await ticket(), await label('a')];
  await told();
  await app.rows(`ALTER TABLE _outbox ADD CONSTRAINT no_room CHECK (subject NOT LIKE 'rocket.tg.%')`);
  try {
    await expect(link(id, { add: [a] })).rejects.toThrow();
  } finally {
    await app.rows('ALTER TABLE _outbox DROP CONSTRAINT no_room');
  }
  expect(await app.rows('SELECT 1 FROM ticket_labels')).toEqual([]);
  expect(await told()).toEqual([]);
  await link(id, { add: [a] });
  expect(await told()).toEqual([touched(TABLE, ...ends(id, a))]);
});

it('reaches the stream after the commit, with a position', async () => {
  const [id, a] = [await ticket(), await label('a')];
  const heard: StreamRecord[] = [];
  const follower = app.app.outbox.bus.follow({
    subject: 'rocket.*.test_app.*.*',
    from: { kind: 'new' },
    onMessage: ({ payload }) => heard.push(readStream(payload)),
    onLost: (reason) => expect.fail(reason),
  });
  await link(id, { add: [a] });
  await expect.poll(() => heard.filter(({ kind }) => kind === 'touched')).toHaveLength(1);
  follower.close();
  expect(heard.find(({ kind }) => kind === 'touched')).toMatchObject({
    touched: {
      app: 'test_app',
      epoch: 1,
      id: expect.stringMatching(/^\d+$/),
      lsn: expect.stringContaining('/'),
    },
  });
});
