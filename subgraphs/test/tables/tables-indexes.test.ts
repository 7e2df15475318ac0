import { setTimeout as sleep } from 'node:timers/promises';
import { revision } from '@rocket/schema';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishIndexes } from '../../src/indexes/finish-indexes.ts';
import { searchVectorSql } from '../../src/sql/search-sql.ts';
import { createWriteApp, entity, parseApp, type WriteApp } from '../support/write-app.ts';

let app: WriteApp;
beforeEach(async () => {
  app = await createWriteApp();
});
afterEach(() => app.dispose());

const rows = (text: string) => app.database.query({ text, values: [] });
const NAME = { name: 'name', type: 'string' };
const things = (...fields: object[]) => ({ version: 1, entities: [entity('thing', fields)] });
const owned = (relation: object, ...fields: object[]) => ({
  version: 1,
  entities: [entity('owner', []), entity('thing', [{ name: 'owner_id', type: 'uuid' }, ...fields])],
  relations: [
    { name: 'r', type: 'one_to_many', source: 'owner', target: 'thing', target_key: 'owner_id', ...relation },
  ],
});

/** `name (keys)` of the indexes of `things` but its key, `!` before those that are not valid. */
async function indexes(): Promise<unknown[]> {
  const found = await rows(
    `SELECT CASE WHEN x.indisvalid THEN '' ELSE '!' END || x.indexrelid::regclass::text || ' '
       || regexp_replace(pg_get_indexdef(x.indexrelid), '^.* USING ', '')
     FROM pg_index x WHERE x.indrelid = 'things'::regclass AND NOT x.indisprimary ORDER BY 1`,
  );
  return found.map(([text]) => text);
}

async function untilIndexes(expected: readonly string[]): Promise<void> {
  while (JSON.stringify(await indexes()) !== JSON.stringify(expected)) await sleep(20);
}

/** A transaction that has written to `things` and stays open: an index built beside the work has to wait for it. */
async function writerInTheWay(): Promise<{ end(): Promise<void> }> {
  const written = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const work = app.database.transaction(async (tx) => {
    await tx.query({ text: `INSERT INTO things (name) VALUES ('open')`, values: [] });
    written.resolve();
    await ended.promise;
  });
  await written.promise;
  return {
    end: async () => {
      ended.resolve();
      await work;
    },
  };
}

/** A step without an alternative is in the plan anyway. */
async function plan(text: string): Promise<string> {
  const lines = await app.database.transaction(async (tx) => {
    for (const way of ['enable_seqscan', 'enable_sort']) {
      await tx.query({ text: `SELECT set_config('${way}', 'off', true)`, values: [] });
    }
    return tx.query({ text: `EXPLAIN ${text}`, values: [] });
  });
  return lines.map(([line]) => line).join('\n');
}

describe('an index', () => {
  it('of a field serves its order, with the key for ties', async () => {
    await app.activate(things({ ...NAME, indexed: true }));
    expect(await indexes()).toEqual(['ix_things_name btree (name, id)']);
    const ordered = await plan('SELECT id FROM things ORDER BY name, id LIMIT 5');
    expect(ordered).toContain('ix_things_name');
    expect(ordered).not.toContain('Sort');
  });

  it('of searchable fields serves the words that the reader asks with', async () => {
    const document = things({ ...NAME, searchable: true }, { name: 'note', type: 'text', searchable: true });
    await app.activate(document);
    const fields =
      parseApp(document)
        .model.entities.get('thing')
        ?.fields.filter((each) => each.searchable) ?? [];
    expect(fields).toHaveLength(2);
    await rows(`INSERT INTO things (name, note) VALUES ('Red chair', 'of oak'), ('Blue table', NULL)`);
    const found = (words: string) =>
      `SELECT name FROM things AS t WHERE ${searchVectorSql(fields, 't')} @@ websearch_to_tsquery('simple', '${words}')`;
    expect(await plan(found('oak'))).toMatch(/Bitmap Index Scan on ix_things_search_[0-9a-f]{8}/);
    expect(await rows(found('chair oak'))).toEqual([['Red chair']]);
    expect(await rows(found('table -oak'))).toEqual([['Blue table']]);
    expect((await app.activate(document)).changes).toEqual([]);
    const { changes } = await app.activate(things(NAME, { name: 'note', type: 'text', searchable: true }));
    expect(changes).toEqual([
      expect.stringMatching(/^create index ix_things_search_[0-9a-f]{8}$/),
      expect.stringMatching(/^drop index ix_things_search_[0-9a-f]{8}$/),
    ]);
  });

  it('of searchable fields is built anew beside one of an earlier generator, which goes then', async () => {
    const document = things({ ...NAME, searchable: true });
    await app.activate(document);
    const built = await indexes();
    expect(built).toEqual([expect.stringMatching(/^ix_things_search_[0-9a-f]{8} gin \(.*translate\(/)]);
    await rows(`INSERT INTO things (name) VALUES ('Robot RK-2041')`);
    await rows(`DROP INDEX ${String(built[0]).split(' ')[0]}`);
    const old = `to_tsvector('simple'::regconfig, left(coalesce("name", ''), 100000))`;
    await rows(`CREATE INDEX ix_things_search_01234567 ON things USING gin (${old})`);
    const { model } = parseApp(document);
    const seen: string[] = [];
    await finishIndexes({
      database: app.database,
      model,
      revision: revision(1),
      onChange: (change) => seen.push(change),
      onProblem: (error) => seen.push(String(error)),
    });
    expect(await indexes()).toEqual(built);
    expect(seen).toEqual([
      expect.stringMatching(/^create index ix_things_search_[0-9a-f]{8}$/),
      'drop index ix_things_search_01234567',
    ]);
    const fields = model.entities.get('thing')?.fields.filter((each) => each.searchable) ?? [];
    const found = `SELECT name FROM things AS t WHERE ${searchVectorSql(fields, 't')} @@ websearch_to_tsquery('simple', '2041')`;
    expect(await plan(found)).toMatch(/Bitmap Index Scan on ix_things_search_[0-9a-f]{8}/);
    expect(await rows(found)).toEqual([['Robot RK-2041']]);
  });

  it('of searchable fields takes a text of any length', async () => {
    await app.activate(things({ ...NAME, searchable: true }));
    await rows(
      `INSERT INTO things (name) SELECT string_agg('word' || n || '-word' || n, ' ') FROM generate_series(1, 200000) n`,
    );
    expect(await rows('SELECT length(name) > 2000000 FROM things')).toEqual([[true]]);
  });

  it('serves the order that a relation gives its list', async () => {
    const total = { name: 'total', type: 'int' };
    const document = owned({ order_by: [{ field: 'total', direction: 'desc' }] }, total);
    await app.activate(document);
    expect(await indexes()).toEqual([
      'ix_things_owner_id btree (owner_id, id)',
      'ix_things_owner_id_total btree (owner_id, total DESC, id DESC)',
    ]);
    const listed = await plan(
      `SELECT id FROM things WHERE owner_id = '00000000-0000-4000-8000-000000000000' ORDER BY total DESC, id DESC LIMIT 5`,
    );
    expect(listed).not.toContain('Sort');
    expect((await app.activate(document)).changes).toEqual([]);
  });

  it('serves the order of a list on an entity of another app', async () => {
    await app.activate({
      version: 1,
      entities: [
        entity('thing', [
          { name: 'owner_id', type: 'uuid' },
          { name: 'at', type: 'timestamp' },
        ]),
      ],
      relations: [
        {
          name: 'r',
          type: 'one_to_many',
          source: 'crm.customer',
          target: 'thing',
          target_key: 'owner_id',
          order_by: [{ field: 'at' }],
        },
      ],
    });
    expect(await indexes()).toContain('ix_things_owner_id_at btree (owner_id, at, id)');
  });

  it('has no column that could make a write too large for it', async () => {
    const order_by = [{ field: 'kind' }, { field: 'name' }];
    const kind = { name: 'kind', type: 'string', enum: ['a', 'b'] };
    await app.activate(owned({ order_by }, kind, NAME));
    expect(await indexes()).toEqual([
      'ix_things_owner_id btree (owner_id, id)',
      'ix_things_owner_id_kind btree (owner_id, kind)',
    ]);
    const letters = `string_agg(chr(33 + (random() * 90)::int), '')`;
    await rows(`INSERT INTO things (kind, name) SELECT 'a', ${letters} FROM generate_series(1, 20000)`);
    const keyed = {
      version: 1,
      entities: [entity('other', [{ ...NAME, indexed: true }], { keyType: 'string', generated: false })],
    };
    const text = await createWriteApp();
    try {
      await text.activate(keyed);
      const longest = (bytes: number) => `(SELECT ${letters} FROM generate_series(1, ${bytes}))`;
      await text.database.query({
        text: `INSERT INTO others (id, name) VALUES (${longest(1_000)}, ${longest(2_600)})`,
        values: [],
      });
    } finally {
      await text.dispose();
    }
  });
});

describe('on a table that holds rows, an index', () => {
  beforeEach(async () => {
    await app.activate(things(NAME));
    await rows(`INSERT INTO things (name) VALUES ('a'), ('b')`);
  });

  it('is built while writing goes on, and the activation does not wait for ever', async () => {
    const writer = await writerInTheWay();
    const report = await app.activate(things({ ...NAME, indexed: true }), { revision: 2, indexWaitMs: 300 });
    expect(report.changes).toEqual(['1 index is still being built']);
    await rows(`INSERT INTO things (name) VALUES ('meanwhile')`);
    expect(await indexes()).toEqual(['!ix_things_name btree (name, id)']);
    await writer.end();
    await untilIndexes(['ix_things_name btree (name, id)']);
  });

  it('that is unique is there before the revision is, and built while writing goes on', async () => {
    const writer = await writerInTheWay();
    const activation = app.activate(things({ ...NAME, unique: true }), { revision: 2 });
    await untilIndexes(['!ux_things_name btree (name)']);
    await rows(`INSERT INTO things (name) VALUES ('meanwhile')`);
    expect(await rows(`SELECT value FROM _meta WHERE key = 'revision'`)).toEqual([[1]]);
    await writer.end();
    expect((await activation).changes).toEqual(['create unique index ux_things_name']);
    await expect(rows(`INSERT INTO things (name) VALUES ('a')`)).rejects.toMatchObject({ code: '23505' });
    expect(await rows(`SELECT 1 FROM _meta WHERE key = 'index_builder'`)).toEqual([]);
  });

  it('that is unique leaves nothing when the rows do not allow it', async () => {
    await rows(`INSERT INTO things (name) VALUES ('a')`);
    await expect(app.activate(things({ ...NAME, unique: true }), { revision: 2 })).rejects.toMatchObject({
      code: 'DESTRUCTIVE_CHANGE',
      details: {
        changes: [
          {
            place: 'thing.name',
            message: 'cannot create unique index ux_things_name: stored rows have equal values',
          },
        ],
      },
    });
    expect(await indexes()).toEqual([]);
    expect(await rows(`SELECT 1 FROM _meta WHERE key = 'index_builder'`)).toEqual([]);
  });

  it('that is unique goes again when the revision is refused for another reason', async () => {
    const document = things({ ...NAME, unique: true }, { name: 'kind', type: 'string' });
    const refused = app.activate(document, { revision: 2, sampleData: { thing: [{ id: 'no uuid' }] } });
    await expect(refused).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect(await indexes()).toEqual([]);
  });

  it('of a new column comes with it when it is unique', async () => {
    const { changes } = await app.activate(things(NAME, { name: 'code', type: 'string', unique: true }));
    expect(changes).toEqual(['add column code to table things', 'create unique index ux_things_code']);
    expect(await indexes()).toEqual(['ux_things_code btree (code)']);
  });

  it('takes the place of another one without a time in which there is none', async () => {
    await rows('CREATE INDEX ix_things_name ON things (name)');
    const { changes } = await app.activate(things({ ...NAME, indexed: true }));
    expect(changes).toEqual([
      expect.stringMatching(/^create index ix_things_name_[0-9a-f]{8}$/),
      'drop index ix_things_name',
    ]);
    expect(await indexes()).toEqual([
      expect.stringMatching(/^ix_things_name_[0-9a-f]{8} btree \(name, id\)$/),
    ]);
    expect((await app.activate(things({ ...NAME, indexed: true }))).changes).toEqual([]);
  });

  it('takes the place of a unique one before that is dropped', async () => {
    await app.activate(things({ ...NAME, unique: true }));
    expect((await app.activate(things({ ...NAME, indexed: true }))).changes).toEqual([
      'create index ix_things_name',
      'drop index ux_things_name',
    ]);
  });

  it('that a build left behind broken is built again', async () => {
    await rows(`INSERT INTO things (name) VALUES ('a')`);
    await expect(rows('CREATE UNIQUE INDEX CONCURRENTLY ix_things_name ON things (name)')).rejects.toThrow();
    expect(await indexes()).toEqual(['!ix_things_name btree (name)']);
    expect((await app.activate(things({ ...NAME, indexed: true }))).changes).toEqual([
      'drop index ix_things_name',
      'create index ix_things_name',
    ]);
    expect(await indexes()).toEqual(['ix_things_name btree (name, id)']);
  });

  it('that the rows do not allow is named, and the revision serves without it', async () => {
    await rows(
      `INSERT INTO things (name) SELECT string_agg(chr(33 + (random() * 90)::int), '') FROM generate_series(1, 20000)`,
    );
    const problems: unknown[] = [];
    const { changes } = await app.activate(things({ ...NAME, indexed: true }), {
      revision: 2,
      onProblem: (error) => problems.push(error),
    });
    expect(changes).toEqual([
      'could not create index ix_things_name for thing.name: stored rows have values too long to be indexed',
    ]);
    expect(problems).toEqual([expect.objectContaining({ code: '54000' })]);
    expect(await indexes()).toEqual([]);
    expect(await rows(`SELECT value FROM _meta WHERE key = 'revision'`)).toEqual([[2]]);
  });

  it('is built by one of several activations at once', async () => {
    const document = things({ ...NAME, indexed: true }, { name: 'kind', type: 'string', indexed: true });
    const reports = await Promise.all([1, 2, 3].map(() => app.activate(document, { revision: 2 })));
    const made = reports
      .flatMap(({ changes }) => changes)
      .filter((change) => change.startsWith('create index'));
    expect(made.sort()).toEqual(['create index ix_things_kind', 'create index ix_things_name']);
    expect(await indexes()).toEqual(['ix_things_kind btree (kind, id)', 'ix_things_name btree (name, id)']);
  });

  it('waits for another process that builds, and for no longer than that', async () => {
    await rows(
      `INSERT INTO _meta VALUES ('index_builder', jsonb_build_object('owner', 'other', 'until', extract(epoch FROM now()) + 600))`,
    );
    const report = await app.activate(things({ ...NAME, indexed: true }), { revision: 2, indexWaitMs: 0 });
    expect(report.changes).toEqual(['1 index is still being built']);
    await rows(`UPDATE _meta SET value = value || '{"until": 0}' WHERE key = 'index_builder'`);
    await untilIndexes(['ix_things_name btree (name, id)']);
  });
});

describe('opening an app', () => {
  const finish = async (document: unknown, at: number) => {
    const changes: string[] = [];
    const { model } = parseApp(document);
    await finishIndexes({
      database: app.database,
      model,
      revision: revision(at),
      onChange: (change) => changes.push(change),
      onProblem: (error) => {
        throw error;
      },
    });
    return changes;
  };

  it('finishes what a process that ended in an activation left behind', async () => {
    await app.activate(things({ ...NAME, indexed: true }));
    await rows(`INSERT INTO things (name) VALUES ('a')`);
    await rows('DROP INDEX ix_things_name');
    // Built for a revision that never came.
    await rows('CREATE UNIQUE INDEX ux_things_name ON things (name)');
    const changes = ['create index ix_things_name', 'drop index ux_things_name'];
    expect(await finish(things({ ...NAME, indexed: true }), 1)).toEqual(changes);
    expect(await finish(things({ ...NAME, indexed: true }), 1)).toEqual([]);
  });

  it('leaves alone the indexes of another revision, and those of an administrator', async () => {
    await app.activate(things({ ...NAME, indexed: true }), { revision: 2 });
    await rows(`INSERT INTO things (name) VALUES ('a')`);
    await rows('CREATE INDEX mine ON things (name DESC)');
    expect(await finish(things(NAME), 1)).toEqual([]);
    expect(await finish(things(NAME), 2)).toEqual(['drop index ix_things_name']);
    expect(await indexes()).toEqual(['mine btree (name DESC)']);
  });

  it('does nothing to a database without tables', async () => {
    expect(await finish(things(NAME), 1)).toEqual([]);
  });
});
