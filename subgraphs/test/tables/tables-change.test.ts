import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HAS_ROCKET_EXAMPLES, rocketExample } from '../../../tests/harness/rocket-examples.ts';
import { planTables } from '../../src/tables/plan-tables.ts';
import { createWriteApp, entity, parseApp, type WriteApp } from '../support/write-app.ts';

let app: WriteApp;
beforeEach(async () => {
  app = await createWriteApp();
});
afterEach(() => app.dispose());

const rows = (text: string) => app.database.query({ text, values: [] });
const NAME = { name: 'name', type: 'string' };
const things = (...fields: object[]) => ({ version: 1, entities: [entity('thing', fields)] });

/** Everything of the business tables that DDL can change. */
async function shape(): Promise<unknown> {
  return await rows(
    `SELECT attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod), attnotnull, attidentity::text,
            pg_get_expr(d.adbin, d.adrelid)
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace) AND NOT attisdropped
     ORDER BY 1, attnum`,
  );
}

describe('a plan', () => {
  it('says in words what it does, in order, without touching a database', () => {
    const { model } = parseApp({ version: 1, entities: [entity('thing', [{ ...NAME, unique: true }])] });
    const plan = planTables(model, new Map());
    expect(plan.destructive).toEqual([]);
    expect(plan.steps.map(({ description, place }) => [description, place])).toEqual([
      ['create table things for entity thing', 'entity thing'],
      ['create unique index ux_things_name', 'thing.name'],
    ]);
  });
});

describe('additive changes', () => {
  it('are applied to tables that hold rows', async () => {
    await app.activate(things(NAME, { name: 'kind', type: 'string', required: true }));
    await rows(`INSERT INTO things (name, kind) VALUES ('a', 'x')`);
    const next = {
      version: 1,
      entities: [
        entity('thing', [
          { ...NAME, indexed: true, default: "it's" },
          { name: 'kind', type: 'string' },
          { name: 'count', type: 'int', required: true, default: 5 },
          { name: 'note', type: 'text' },
        ]),
        entity('zebra', []),
      ],
    };
    expect((await app.activate(next)).changes).toEqual([
      'set the default of column name of table things',
      'allow null in column kind of table things',
      'add column count to table things',
      'add column note to table things',
      'create table zebras for entity zebra',
      'create index ix_things_name',
    ]);
    await rows('INSERT INTO things (kind) VALUES (NULL)');
    expect(await rows('SELECT name, kind, count, note FROM things ORDER BY name')).toEqual([
      ['a', 'x', 5, null],
      ["it's", null, 5, null],
    ]);
    expect((await app.activate(next)).changes).toEqual([]);
  });

  it('include what an empty table can take: a required field, and one that becomes required', async () => {
    await app.activate(things(NAME));
    const next = things({ ...NAME, required: true }, { name: 'kind', type: 'string', required: true });
    expect((await app.activate(next)).changes).toEqual([
      'forbid null in column name of table things',
      'add column kind to table things',
    ]);
  });

  it('include indexes and defaults that are no longer wanted', async () => {
    await app.activate(things({ ...NAME, unique: true, default: 'x' }));
    expect((await app.activate(things(NAME))).changes).toEqual([
      'drop the default of column name of table things',
      'drop index ux_things_name',
    ]);
  });

  it('include another index for a field that becomes a foreign key', async () => {
    const linked = (unique: boolean, ...relations: object[]) => ({
      version: 1,
      entities: [entity('owner', []), entity('thing', [{ name: 'owner_id', type: 'uuid', unique }])],
      relations,
    });
    await app.activate(linked(true));
    const relation = {
      name: 'r',
      type: 'one_to_many',
      source: 'owner',
      target: 'thing',
      target_key: 'owner_id',
    };
    expect((await app.activate(linked(false, relation))).changes).toEqual([
      'drop index ux_things_owner_id',
      'create index ix_things_owner_id',
    ]);
    expect((await app.activate(linked(false, relation))).changes).toEqual([]);
  });

  it('include numbering a key that callers gave before', async () => {
    const keyed = (generated: boolean) => ({
      version: 1,
      entities: [entity('thing', [NAME], { keyType: 'int', generated })],
      ...(generated ? { sample_data: { thing: [{ id: 9 }] } } : {}),
    });
    await app.activate(keyed(false));
    expect((await app.activate(keyed(true))).changes).toEqual(['number column id of table things']);
    await rows('INSERT INTO things DEFAULT VALUES');
    expect(await rows('SELECT id FROM things ORDER BY id')).toEqual([[9], [10]]);
    expect((await app.activate(keyed(false))).changes).toEqual(['stop numbering column id of table things']);
  });
});

describe('changes that would lose data', () => {
  const before = {
    version: 1,
    entities: [
      entity('thing', [
        NAME,
        { name: 'count', type: 'int' },
        { name: 'price', type: 'decimal', precision: 2 },
      ]),
      entity('other', []),
    ],
  };
  const others = entity('other', []);
  const count = { name: 'count', type: 'int' };
  const price = { name: 'price', type: 'decimal', precision: 2 };
  const after = (...fields: object[]) => ({ version: 1, entities: [entity('thing', fields), others] });

  it.each([
    ['a removed entity', { version: 1, entities: [entity('thing', [NAME, count, price])] }, 'others'],
    ['a removed field', after(NAME, count), 'thing.price'],
    ['another type', after(NAME, { ...count, type: 'bigint' }, price), 'thing.count'],
    ['another scale', after(NAME, count, { ...price, precision: 3 }), 'thing.price'],
    ['a field that becomes required', after({ ...NAME, required: true }, count, price), 'thing.name'],
    [
      'a new required field without a default',
      after(NAME, count, price, { name: 'kind', type: 'string', required: true }),
      'thing.kind',
    ],
    ['a unique field with equal values', after({ ...NAME, unique: true }, count, price), 'thing.name'],
  ])('are refused whole: %s', async (_title, document, place) => {
    await app.activate(before);
    await rows(`INSERT INTO things (name) VALUES ('same'), ('same')`);
    const was = await shape();
    const additive = { ...document, entities: [entity('added', []), ...document.entities] };
    await expect(app.activate(additive, { revision: 2 })).rejects.toMatchObject({
      code: 'DESTRUCTIVE_CHANGE',
      message: expect.stringContaining(place),
      details: { changes: [{ place, message: expect.any(String) }] },
    });
    expect(await shape()).toEqual(was);
    expect(await rows(`SELECT value FROM _meta WHERE key = 'revision'`)).toEqual([[1]]);
    expect((await app.activate(before)).changes).toEqual([]);
  });

  it('are all named at once', async () => {
    await app.activate(before);
    const refused = app.activate({ version: 1, entities: [entity('thing', [{ ...NAME, type: 'int' }])] });
    await expect(refused).rejects.toMatchObject({
      details: {
        changes: ['thing.name', 'thing.count', 'thing.price', 'others'].map((place) =>
          expect.objectContaining({ place }),
        ),
      },
    });
  });
});

describe('sample rows', () => {
  const TYPED = [
    { name: 'name', type: 'string', unique: true },
    { name: 'size', type: 'string', default: 'm' },
    { name: 'price', type: 'decimal', precision: 2 },
    { name: 'at', type: 'timestamp' },
    { name: 'data', type: 'json' },
    { name: 'file', type: 'file' },
    { name: 'created_at', type: 'timestamp', auto: 'create' },
  ];
  const withRows = (...thing: object[]) => ({ ...things(...TYPED), sample_data: { thing } });

  it('are inserted once, with defaults, automatic times, and nothing that is not declared', async () => {
    const document = withRows(
      { name: 'a', price: 12.5, at: '2026-01-31T10:00:00', data: ['x', null] },
      {
        name: 'b',
        size: null,
        nope: 1,
        file: { id: 'f', filename: 'f.txt' },
        created_at: '2020-01-01T00:00:00Z',
      },
    );
    expect((await app.activate(document)).rowsInserted).toBe(2);
    expect((await app.activate(document)).rowsInserted).toBe(0);
    const found = await rows(
      'SELECT name, size, price, at, data, file, _version, created_at > $$2021-01-01$$ FROM things ORDER BY name',
    );
    expect(found).toEqual([
      ['a', 'm', '12.50', '2026-01-31T10:00:00.000Z', ['x', null], null, 1, true],
      ['b', null, null, null, null, { id: 'f', filename: 'f.txt' }, 1, false],
    ]);
  });

  it('that are there by a unique value stay as they are', async () => {
    await app.activate(withRows());
    await rows(`INSERT INTO things (name, size) VALUES ('a', 'mine')`);
    expect((await app.activate(withRows({ name: 'a', size: 'theirs' }, { name: 'b' }))).rowsInserted).toBe(1);
    expect(await rows(`SELECT size FROM things WHERE name = 'a'`)).toEqual([['mine']]);
  });

  it('that do not fit undo the whole activation', async () => {
    const document = things({ ...NAME, required: true });
    // The document's own check finds such rows first; this is what holds where it does not.
    const sampleData = { thing: [{ name: 'good' }, { name: null }] };
    await expect(app.activate(document, { sampleData })).rejects.toMatchObject({ code: 'DOCUMENT_INVALID' });
    expect(await rows(`SELECT to_regclass('things')::text, to_regclass('_meta')::text`)).toEqual([
      [null, null],
    ]);
  });

  it('come in their thousands in few statements', async () => {
    const many = Array.from({ length: 2_001 }, (_, index) => ({ name: `n${index}` }));
    expect((await app.activate(withRows(...many))).rowsInserted).toBe(2_001);
  });
});

describe('an activation', () => {
  it('is refused at an older epoch than the database has seen', async () => {
    await app.activate(things(NAME), { epoch: 2 });
    await expect(app.activate(things(NAME), { epoch: 1 })).rejects.toMatchObject({ code: 'WRONG_EPOCH' });
    expect(await rows(`SELECT value FROM _meta WHERE key = 'epoch'`)).toEqual([[2]]);
  });

  it('runs beside another one of the same app', async () => {
    const reports = await Promise.all([app.activate(things(NAME)), app.activate(things(NAME))]);
    expect(reports.map(({ changes }) => changes.length).sort()).toEqual([0, 1]);
  });

  it('waits for a transaction in its way, and leaves nothing of the attempts before', async () => {
    await app.activate(things(NAME));
    const reading = Promise.withResolvers<void>();
    const done = Promise.withResolvers<void>();
    const reader = app.database.transaction(async (tx) => {
      await tx.query({ text: 'SELECT * FROM things', values: [] });
      reading.resolve();
      await done.promise;
    });
    await reading.promise;
    const activation = app.activate(things(NAME, { name: 'note', type: 'text' }));
    // Until its first attempt has given up: then the lock is requested a second time.
    await untilLockWasRefused();
    done.resolve();
    await reader;
    expect((await activation).changes).toEqual(['add column note to table things']);
  });

  it('leaves nothing when its backend ends in the middle', async () => {
    await rows(`CREATE FUNCTION end_backend() RETURNS event_trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); END $$`);
    await rows(
      `CREATE EVENT TRIGGER crash ON ddl_command_end WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION end_backend()`,
    );
    await expect(app.activate(things({ ...NAME, unique: true }))).rejects.toThrow();
    expect(await rows(`SELECT to_regclass('things')::text, to_regclass('_meta')::text`)).toEqual([
      [null, null],
    ]);
    await rows('DROP EVENT TRIGGER crash');
    expect((await app.activate(things({ ...NAME, unique: true }))).changes).toHaveLength(2);
  });
});

/** The waiting backend is seen, and later is gone: its wait has ended without the lock. */
async function untilLockWasRefused(): Promise<void> {
  const waiting = `SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  for (const expected of [1, 0]) {
    while ((await rows(waiting))[0]?.[0] !== expected) await sleep(20);
  }
}

describe.skipIf(!HAS_ROCKET_EXAMPLES)(
  "Rocket's own documents (skipped where ../shared/rocket-examples is absent)",
  () => {
    it.each([
      ['helpdesk-ticketing', { customers: 5, agents: 4, tickets: 7, responses: 8 }],
      ['content-management', { posts: 5, post_tags: 14 }],
    ] as const)('%s is activated with its sample data, once', async (name, counts) => {
      const document = rocketExample(name);
      const first = await app.activate(document);
      expect(first.changes).not.toEqual([]);
      for (const [table, count] of Object.entries(counts)) {
        expect([table, await rows(`SELECT count(*)::int FROM "${table}"`)]).toEqual([table, [[count]]]);
      }
      expect(await app.activate(document, { revision: 2 })).toEqual({ changes: [], rowsInserted: 0 });
    });
  },
);
