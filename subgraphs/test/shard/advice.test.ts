import type { IndexRemedy, QueryShape } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adviseApp } from '../../src/advice/advise-app.ts';
import { createQueryAdvice } from '../../src/advice/query-advice.ts';
import { createSlowQueries } from '../../src/advice/slow-queries.ts';
import { createWriteApp, entity, parseApp, type WriteApp } from '../support/write-app.ts';

let app: WriteApp;
beforeEach(async () => {
  app = await createWriteApp();
});
afterEach(() => app.dispose());

const rows = (text: string) => app.database.query({ text, values: [] });

const DOCUMENT = {
  version: 1,
  entities: [
    entity('owner', []),
    entity('thing', [
      { name: 'owner_id', type: 'uuid' },
      { name: 'code', type: 'string', unique: true },
      { name: 'kind', type: 'string', indexed: true },
      { name: 'title', type: 'string' },
      { name: 'note', type: 'text', searchable: true },
      { name: 'total', type: 'int' },
      { name: 'at', type: 'timestamp' },
      { name: 'data', type: 'json' },
    ]),
  ],
  relations: [{ name: 'r', type: 'one_to_many', source: 'owner', target: 'thing', target_key: 'owner_id' }],
};
const ID = { field: 'id', descending: false };
const up = (field: string) => ({ field, descending: false });
const down = (field: string) => ({ field, descending: true });
const shape = (of: Partial<QueryShape>): QueryShape => ({
  entity: 'thing',
  equal: [],
  range: [],
  order: [ID],
  ...of,
});

async function fill(count: number): Promise<void> {
  await app.activate(DOCUMENT);
  await rows(`INSERT INTO things (code, kind, title, total, at)
              SELECT n, n % 7, n, n, now() FROM generate_series(1, ${count}) n`);
  await rows('ANALYZE things');
}

async function remediesOf(...shapes: readonly QueryShape[]): Promise<IndexRemedy[]> {
  const recorded = createQueryAdvice();
  for (const each of shapes) recorded.record(each, 'Things');
  const advice = await adviseApp(app.database, parseApp(DOCUMENT).model, recorded);
  return advice.suggestions.map(({ remedy }) => remedy);
}

const indexed = (field: string): IndexRemedy => ({ kind: 'document', field, property: 'indexed' });

describe('advice', () => {
  it.each<[string, QueryShape]>([
    ['everything by its key', shape({})],
    ['everything by its key, from the end', shape({ order: [down('id')] })],
    ['one record by a unique field', shape({ equal: ['title', 'code'] })],
    ['a foreign key', shape({ equal: ['owner_id'] })],
    ['an indexed field', shape({ equal: ['kind'] })],
    ['an indexed field among others', shape({ equal: ['title', 'kind'], range: ['total'] })],
    ['a range of an indexed field', shape({ range: ['kind'], order: [up('kind'), ID] })],
    ['a range of an indexed field in another order', shape({ range: ['kind'], order: [up('total'), ID] })],
    ['the order of an indexed field', shape({ order: [up('kind'), ID] })],
    ['the order of an indexed field, from the end', shape({ order: [down('kind'), ID] })],
    ['the order of a unique field and more', shape({ order: [up('code'), down('total'), ID] })],
    ['a pattern within what an index finds', shape({ equal: ['kind'], text: ['title'] })],
    ['an entity that is gone', shape({ entity: 'gone', equal: ['title'] })],
  ])('is not needed for %s', async (_title, asked) => {
    await fill(2_000);
    expect(await remediesOf(asked)).toEqual([]);
  });

  it.each<[string, QueryShape, IndexRemedy]>([
    ['a field', shape({ equal: ['title'] }), indexed('thing.title')],
    ['a range', shape({ range: ['total'] }), indexed('thing.total')],
    ['an order', shape({ order: [up('at'), ID] }), indexed('thing.at')],
    ['an order from the end', shape({ order: [down('at'), ID] }), indexed('thing.at')],
    ['a range in its order', shape({ range: ['at'], order: [down('at'), ID] }), indexed('thing.at')],
    ['contents of documents', shape({ json: ['data'] }), indexed('thing.data')],
    [
      'a pattern',
      shape({ text: ['title'] }),
      { kind: 'document', field: 'thing.title', property: 'searchable' },
    ],
    [
      'a pattern of a searched field',
      shape({ text: ['note'] }),
      { kind: 'query', field: 'thing.note', use: 'search' },
    ],
    ['texts of any length together', shape({ equal: ['title', 'note'] }), indexed('thing.note')],
  ])('names the property of the document for %s', async (_title, asked, remedy) => {
    await fill(2_000);
    expect(await remediesOf(asked)).toEqual([remedy]);
  });

  it.each<[string, QueryShape, string]>([
    [
      'a list in an order of its own',
      shape({ equal: ['owner_id'], order: [down('total'), ID] }),
      '("owner_id", "total", "id")',
    ],
    ['an order both ways', shape({ order: [up('total'), down('at'), ID] }), '("total", "at" DESC, "id")'],
    ['two fields', shape({ equal: ['total', 'at'] }), '("at", "total", "id")'],
  ])('gives the SQL for %s, and after that is content', async (_title, asked, columns) => {
    await fill(2_000);
    const [remedy] = await remediesOf(asked);
    if (remedy?.kind !== 'sql') throw new Error(`not SQL: ${JSON.stringify(remedy)}`);
    expect(remedy.sql).toMatch(/^CREATE INDEX CONCURRENTLY "own_things_\w+" ON "things" /);
    expect(remedy.sql).toContain(columns);
    await rows(remedy.sql);
    expect(await remediesOf(asked)).toEqual([]);
    expect((await app.activate(DOCUMENT)).changes).toEqual([]);
  });

  it('is content once the document says what was advised', async () => {
    await fill(2_000);
    const [owner, thing] = DOCUMENT.entities;
    const changed = JSON.parse(
      JSON.stringify({ ...DOCUMENT, entities: [owner, thing] }).replace(
        '"name":"total"',
        '"name":"total","indexed":true',
      ),
    );
    await app.activate(changed, { revision: 2 });
    expect(await remediesOf(shape({ equal: ['total'] }), shape({ order: [down('total'), ID] }))).toEqual([]);
  });

  it('is not given for small tables, and is for large ones that were never analysed', async () => {
    await fill(999);
    expect(await remediesOf(shape({ equal: ['title'] }))).toEqual([]);
    await rows(
      `INSERT INTO things (code, title) SELECT -n, repeat('x', 100) FROM generate_series(1, 2000) n`,
    );
    await rows(`UPDATE pg_class SET reltuples = -1 WHERE relname = 'things'`);
    expect(await remediesOf(shape({ equal: ['title'] }))).toEqual([indexed('thing.title')]);
  });

  it('puts together what one remedy helps, and the most frequent first', async () => {
    await fill(2_000);
    const recorded = createQueryAdvice();
    recorded.record(shape({ equal: ['at'] }), null);
    for (let times = 0; times < 3; times += 1) recorded.record(shape({ equal: ['total'] }), `Op${times}`);
    recorded.record(shape({ range: ['total'] }), 'Range');
    const { since, suggestions } = await adviseApp(app.database, parseApp(DOCUMENT).model, recorded);
    expect(since).toBe(recorded.since);
    expect(suggestions).toEqual([
      {
        entity: 'thing',
        rows: 2_000,
        count: 4,
        remedy: indexed('thing.total'),
        queries: [
          { shape: shape({ equal: ['total'] }), count: 3, operations: ['Op0', 'Op1', 'Op2'] },
          { shape: shape({ range: ['total'] }), count: 1, operations: ['Range'] },
        ],
      },
      expect.objectContaining({ count: 1, remedy: indexed('thing.at') }),
    ]);
  });

  it('counts a bounded number of shapes, and forgets those that are no longer asked', () => {
    const recorded = createQueryAdvice();
    recorded.record(shape({ equal: ['often', 'b'] }), 'A');
    for (let index = 0; index < 2_000; index += 1) {
      recorded.record(shape({ equal: [`f${index}`] }), null);
      recorded.record(shape({ equal: ['b', 'often'] }), 'A');
    }
    const shapes = recorded.shapes();
    expect(shapes).toHaveLength(500);
    expect(shapes.find(({ shape: { equal } }) => equal.includes('often'))).toMatchObject({
      count: 2_001,
      operations: ['A'],
    });
    expect(shapes.some(({ shape: { equal } }) => equal.includes('f0'))).toBe(false);
  });
});

describe('slow queries', () => {
  const slow = (text: string, durationMs: number, label: string | null = null) => ({
    text,
    durationMs,
    label,
  });

  it('are kept once for each text, the worst first, and no more than a hundred', () => {
    const queries = createSlowQueries();
    for (let index = 0; index < 150; index += 1) queries.record(slow(`SELECT ${index}`, 100));
    queries.record(slow('SELECT 149', 300, 'Orders'));
    const list = queries.list();
    expect(list).toHaveLength(100);
    expect(list[0]).toEqual({
      text: 'SELECT 149',
      label: 'Orders',
      count: 2,
      meanMs: 200,
      worstMs: 300,
      lastSeenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(list.some(({ text }) => text === 'SELECT 0')).toBe(false);
  });

  it('are planned without their values, and not run', async () => {
    await fill(10);
    const queries = createSlowQueries();
    const text = 'SELECT title FROM things WHERE kind = $1::text AND total > $2::integer';
    queries.record(slow(text, 200));
    expect(await queries.explain(app.database, text)).toEqual({
      kind: 'plan',
      text: expect.stringMatching(/things[\s\S]*\$1/),
    });
    const removal = 'DELETE FROM things';
    queries.record(slow(removal, 200));
    expect(await queries.explain(app.database, removal)).toMatchObject({ kind: 'plan' });
    expect(await rows('SELECT count(*)::integer FROM things')).toEqual([[10]]);
  });

  it('are not planned where they fit no more, or are none', async () => {
    const queries = createSlowQueries();
    queries.record(slow('SELECT 1 FROM gone', 200));
    expect(await queries.explain(app.database, 'SELECT 1 FROM gone')).toEqual({
      kind: 'unavailable',
      reason: 'The statement does not fit the tables any more',
    });
    await expect(queries.explain(app.database, 'SELECT 1; DROP TABLE x')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});
