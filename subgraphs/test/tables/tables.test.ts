import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { literalText } from '../../src/sql/literal-text.ts';
import { createWriteApp, entity, type WriteApp } from '../support/write-app.ts';

let app: WriteApp;
beforeEach(async () => {
  app = await createWriteApp();
});
afterEach(() => app.dispose());

const rows = async (text: string, values: readonly unknown[] = []) => app.database.query({ text, values });

const ALL_TYPES = [
  { name: 'a_string', type: 'string', required: true },
  { name: 'a_text', type: 'text' },
  { name: 'an_int', type: 'int' },
  { name: 'an_integer', type: 'integer', default: -5 },
  { name: 'a_bigint', type: 'bigint', default: '9007199254740993' },
  { name: 'a_float', type: 'float', default: 1.5 },
  { name: 'a_decimal', type: 'decimal', precision: 2, default: '12.30' },
  { name: 'a_numeric', type: 'decimal' },
  { name: 'a_boolean', type: 'boolean', default: true },
  { name: 'a_uuid', type: 'uuid' },
  { name: 'a_timestamp', type: 'timestamp', default: '2026-01-31T12:00:00+02:00' },
  { name: 'a_date', type: 'date', default: '2026-01-31' },
  { name: 'a_json', type: 'json', default: { "it's": ['\\', '"'] } },
  { name: 'a_file', type: 'file' },
];

describe('columns', () => {
  it('have the types, nullability and version column of the format', async () => {
    await app.activate({ version: 1, entities: [entity('thing', ALL_TYPES)] });
    const columns = await rows(
      `SELECT attname::text, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
       WHERE attrelid = 'things'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(columns).toEqual([
      ['id', 'uuid', true],
      ['a_string', 'text', true],
      ['a_text', 'text', false],
      ['an_int', 'integer', false],
      ['an_integer', 'integer', false],
      ['a_bigint', 'bigint', false],
      ['a_float', 'double precision', false],
      ['a_decimal', 'numeric(18,2)', false],
      ['a_numeric', 'numeric', false],
      ['a_boolean', 'boolean', false],
      ['a_uuid', 'uuid', false],
      ['a_timestamp', 'timestamp with time zone', false],
      ['a_date', 'date', false],
      ['a_json', 'jsonb', false],
      ['a_file', 'jsonb', false],
      ['_version', 'integer', true],
    ]);
  });

  it('carry defaults of every type, with the time zone taken as UTC', async () => {
    await app.activate({ version: 1, entities: [entity('thing', ALL_TYPES)] });
    await rows(`INSERT INTO things (a_string) VALUES ('x')`);
    expect(
      await rows(`SELECT an_integer, a_bigint, a_float, a_decimal, a_boolean, a_timestamp, a_date, a_json, _version,
                         id IS NOT NULL FROM things`),
    ).toEqual([
      [
        -5,
        '9007199254740993',
        1.5,
        '12.30',
        true,
        '2026-01-31T10:00:00.000Z',
        '2026-01-31',
        { "it's": ['\\', '"'] },
        1,
        true,
      ],
    ]);
  });

  it.each([
    `it's`,
    `back\\slash`,
    `\\'); DROP TABLE things; --`,
    `''`,
    '$$',
    `E'\\\\'`,
    'ünïcode "quoted"\n',
  ])('take the default %j as it is', async (text) => {
    await app.activate({
      version: 1,
      entities: [entity('thing', [{ name: 'note', type: 'string', default: text }])],
    });
    await rows('INSERT INTO things DEFAULT VALUES');
    expect(await rows('SELECT note FROM things')).toEqual([[text]]);
    const lenient = await app.database.transaction(async (tx) => {
      await tx.query({ text: `SELECT set_config('standard_conforming_strings', 'off', true)`, values: [] });
      return tx.query({ text: `SELECT ${literalText(text)}`, values: [] });
    });
    expect(lenient).toEqual([[text]]);
  });
});

describe('indexes and keys', () => {
  it('serve every key, unique field and foreign key, and both ways of a join table', async () => {
    await app.activate({
      version: 1,
      entities: [
        entity('post', [{ name: 'title', type: 'string', unique: true }], { soft_delete: true }),
        entity('tag', [{ name: 'label', type: 'string', indexed: true }], { keyType: 'bigint' }),
        entity('comment', [
          { name: 'post_id', type: 'uuid' },
          { name: 'data', type: 'json', indexed: true },
        ]),
      ],
      relations: [
        {
          name: 'post_comments',
          type: 'one_to_many',
          source: 'post',
          target: 'comment',
          target_key: 'post_id',
        },
        {
          name: 'post_tags',
          type: 'many_to_many',
          source: 'post',
          target: 'tag',
          join_table: 'post_tags',
          source_join_key: 'post_id',
          target_join_key: 'tag_id',
        },
      ],
    });
    const indexes = await rows(
      `SELECT regexp_replace(indexdef, '^CREATE (UNIQUE )?INDEX (\\S+) ON public\\.(.*)$', '\\1\\2 \\3') FROM pg_indexes
       WHERE schemaname = 'public' AND tablename NOT LIKE '\\_%' ORDER BY tablename, indexname`,
    );
    expect(indexes.map(([text]) => text)).toEqual([
      'ix_comments_data comments USING gin (data)',
      'ix_comments_post_id comments USING btree (post_id, id)',
      'UNIQUE pk_comments comments USING btree (id)',
      'ix_post_tags_tag_id post_tags USING btree (tag_id, post_id)',
      'UNIQUE pk_post_tags post_tags USING btree (post_id, tag_id)',
      'ix_posts_live posts USING btree (id) WHERE (deleted_at IS NULL)',
      'UNIQUE pk_posts posts USING btree (id)',
      'UNIQUE ux_posts_title posts USING btree (title)',
      'ix_tags_label tags USING btree (label, id)',
      'UNIQUE pk_tags tags USING btree (id)',
    ]);
    const types = await rows(
      `SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
       WHERE attrelid = 'post_tags'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(types).toEqual([
      ['post_id', 'uuid'],
      ['tag_id', 'bigint'],
    ]);
  });

  it('have names of their own where the plain ones are too long or equal', async () => {
    const long = 'x'.repeat(60);
    const document = {
      version: 1,
      entities: [
        { ...entity('one', [{ name: 'c', type: 'string', unique: true }]), table: 'a_b' },
        { ...entity('two', [{ name: 'b_c', type: 'string', unique: true }]), table: 'a' },
        { ...entity('three', [{ name: long, type: 'string', indexed: true }]), table: `t${long}` },
      ],
    };
    await app.activate(document);
    const names = await rows(
      `SELECT indexname::text FROM pg_indexes WHERE indexname ~ '^(ux|ix)_' ORDER BY 1`,
    );
    expect(names).toHaveLength(3);
    expect(names.map(([name]) => name)).toContain('ux_a_b_c');
    expect((await app.activate(document)).changes).toEqual([]);
  });

  it('number the records of a generated integer key, after the sample rows', async () => {
    const document = {
      version: 1,
      entities: [entity('item', [{ name: 'label', type: 'string' }], { keyType: 'int' })],
      sample_data: { item: [{ id: 7, label: 'seven' }, { label: 'next' }, { id: 3, label: 'three' }] },
    };
    expect((await app.activate(document)).rowsInserted).toBe(3);
    await rows(`INSERT INTO items (label) VALUES ('later')`);
    expect(await rows('SELECT id, label FROM items ORDER BY id')).toEqual([
      [3, 'three'],
      [7, 'seven'],
      [8, 'next'],
      [9, 'later'],
    ]);
    expect((await app.activate(document)).rowsInserted).toBe(0);
    await rows(`INSERT INTO items (label) VALUES ('last')`);
    expect(await rows(`SELECT id FROM items WHERE label = 'last'`)).toEqual([[10]]);
  });
});
