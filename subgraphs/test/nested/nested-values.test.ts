/** Children that are stored together keep what each would keep if it were stored alone: values, keys, slugs. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  createNestedApp,
  faults,
  type Input,
  keyOf,
  type NestedApp,
  NOBODY,
  relation,
  text,
} from '../support/nested-app.ts';
import { callerWith, entity } from '../support/write-app.ts';

let app: NestedApp;
afterEach(() => app.app.dispose());

const serve = async (child: object, parent: object = entity('parent', [text('name')]), more: object = {}) => {
  app = await createNestedApp({
    version: 1,
    entities: [parent, child],
    relations: [relation('parent', 'child', { name: 'parent_children' })],
    ...more,
  });
};
const write = (children: readonly Input[]) => app.create('parent', { children: { data: children } });

const key = { name: 'parent_id', type: 'uuid' };

it('values of all types', async () => {
  const types = [
    'string',
    'int',
    'bigint',
    'float',
    'decimal',
    'boolean',
    'uuid',
    'timestamp',
    'date',
    'json',
  ];
  const fields = types.map((type) => ({ name: `a_${type}`, type }));
  await serve(
    entity('child', [
      ...fields,
      { name: 'kind', type: 'string', enum: ['one', 'two'], default: 'two' },
      { name: 'made_at', type: 'timestamp', auto: 'create' },
      { name: 'touched_on', type: 'date', auto: 'update' },
      key,
    ]),
  );
  const values: Input[] = [
    {
      aString: 'a "b" \\ {c}, NULL\n',
      aInt: -5,
      aBigint: '9007199254740993',
      aFloat: 0.1,
      aDecimal: '1.50',
      aBoolean: false,
      aUuid: 'A0000000-0000-4000-8000-000000000001',
      aTimestamp: '2026-01-31T12:00:00.123Z',
      aDate: '2026-01-31',
      aJson: { a: ['"', '\\', null, 1] },
      kind: 'ONE',
    },
    { aString: '', aJson: null, aFloat: 1e300 },
    { aString: 'NULL', aJson: 'text', aBoolean: true },
    {},
  ];
  const names = [...types.map((type) => `a_${type}`), 'kind', '_version'].join(', ');
  const stored = async () => await app.rows(`SELECT ${names} FROM childs ORDER BY a_string, a_float`);
  const parent = keyOf(await write(values));
  const together = await stored();
  expect(
    await app.rows('SELECT count(*)::int FROM childs WHERE made_at IS NULL OR touched_on IS NULL'),
  ).toEqual([[0]]);
  await app.rows('TRUNCATE childs');
  for (const each of values) keyOf(await app.create('child', each));
  expect(together).toEqual(await stored());
  // And the same for updates.
  await app.rows('TRUNCATE childs');
  await app.rows('INSERT INTO childs (parent_id) SELECT $1::uuid FROM generate_series(1, 2)', [parent]);
  const ids = await app.rows('SELECT id FROM childs');
  const [full = {}] = values;
  keyOf(await app.update('parent', parent, { children: { data: ids.map(([id]) => ({ id, ...full })) } }));
  const [first, second] = await stored();
  expect(first).toEqual(second);
  expect(first?.slice(0, -1)).toEqual(together.find(([string]) => string === full['aString'])?.slice(0, -1));
});

describe('keys', () => {
  it('that the database counts are those of each record, in order', async () => {
    await serve(entity('child', [text('name'), key], { keyType: 'int' }));
    const parent = keyOf(await write(['a', 'b', 'c'].map((name) => ({ name }))));
    expect(await app.rows('SELECT id, name FROM childs ORDER BY id')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    keyOf(
      await app.update('parent', parent, {
        children: {
          data: [
            { id: '2', name: 'B' },
            { id: 3, delete: true },
          ],
        },
      }),
    );
    expect(await app.rows('SELECT id, name FROM childs ORDER BY id')).toEqual([
      [1, 'a'],
      [2, 'B'],
    ]);
  });

  it('that callers choose are those of new children, unless a child has them', async () => {
    await serve(entity('child', [text('name'), key], { keyType: 'string', generated: false }));
    const parent = keyOf(
      await write([
        { id: 'x', name: 'a' },
        { id: 'y', name: 'b' },
      ]),
    );
    keyOf(
      await app.update('parent', parent, {
        children: {
          data: [
            { id: 'x', name: 'A' },
            { id: 'z', name: 'c' },
          ],
        },
      }),
    );
    expect(await app.rows('SELECT id, name FROM childs ORDER BY id')).toEqual([
      ['x', 'A'],
      ['y', 'b'],
      ['z', 'c'],
    ]);
    // Of another parent: it is not taken from it.
    expect(faults(await write([{ id: 'x' }, { id: 'new' }, { name: 'none' }]))).toEqual([
      'VALIDATION_FAILED input.children.data.2.id required',
    ]);
    expect(faults(await write([{ id: 'x' }, { id: 'new' }]))).toEqual([
      'UNIQUE_VIOLATION input.children.data.0.id unique',
    ]);
    expect(
      faults(await app.update('parent', parent, { children: { data: [{ id: 'none', delete: true }] } })),
    ).toEqual(['NOT_FOUND patch.children.data.0.id null']);
  });
});

it('slugs that differ, also from those that are written out and by writers at once', async () => {
  const slug = { slug: { field: 'slug', source: 'title' } };
  await serve(entity('child', [text('title'), text('slug', { unique: true, required: true }), key], slug));
  keyOf(await write([{ title: 'A' }, { title: 'a' }, { title: 'b', slug: 'a-3' }, { title: 'a!' }]));
  const slugs = async () => (await app.rows('SELECT slug FROM childs ORDER BY 1')).map(([each]) => each);
  expect(await slugs()).toEqual(['a', 'a-2', 'a-3', 'a-4']);
  const results = await Promise.all(Array.from({ length: 4 }, () => write([{ title: 'x' }, { title: 'x' }])));
  for (const result of results) keyOf(result);
  expect((await slugs()).filter((each) => String(each).startsWith('x'))).toEqual(
    ['x', ...[2, 3, 4, 5, 6, 7, 8].map((number) => `x-${number}`)].sort(),
  );
  expect(faults(await write([{}, { title: 'y' }, { title: '' }]))).toEqual([
    'VALIDATION_FAILED input.children.data.0.slug required',
    'VALIDATION_FAILED input.children.data.2.slug required',
  ]);
});

it('the field that a child calls delete is beside the word that deletes it', async () => {
  await serve(entity('child', [{ name: 'delete', type: 'boolean' }, key]));
  const parent = keyOf(await write([{ delete: true }, { delete: false }]));
  const [[id] = []] = await app.rows('SELECT id FROM childs WHERE "delete"');
  keyOf(await app.update('parent', parent, { children: { data: [{ id, _delete: true }] } }));
  expect(await app.rows('SELECT "delete" FROM childs')).toEqual([[false]]);
});

it('who may write nothing of the children is told before anything is written', async () => {
  const all = ['read', 'create', 'update', 'delete'].map((action) => ({
    entity: 'parent',
    action,
    roles: ['clerk'],
  }));
  await serve(entity('child', [text('name', { unique: true }), key]), undefined, { permissions: all });
  keyOf(await write([{ name: 'taken' }]));
  const [[id] = []] = await app.rows('SELECT id FROM parents');
  const clerk = callerWith(['clerk']);
  const children = (data: readonly Input[], mode = 'DIFF') => ({ children: { mode, data } });
  const denied = { code: 'FORBIDDEN' };
  await expect(app.create('parent', children([{ name: 'taken' }]), clerk)).rejects.toMatchObject(denied);
  await expect(app.update('parent', String(id), children([], 'REPLACE'), clerk)).rejects.toMatchObject(
    denied,
  );
  const one = String((await app.rows('SELECT id FROM childs'))[0]?.[0]);
  for (const each of [{ id: one }, { id: NOBODY }, { id: one, delete: true }, { id: NOBODY, delete: true }]) {
    await expect(app.update('parent', String(id), children([each]), clerk)).rejects.toMatchObject(denied);
  }
  keyOf(await app.update('parent', String(id), children([]), clerk));
  expect(await app.rows('SELECT count(*)::int FROM childs')).toEqual([[1]]);
});

it('what restricts the end of a child is told at its place', async () => {
  await serve(entity('child', [text('name'), key]), undefined, {
    entities: [
      entity('parent', [text('name')]),
      entity('child', [text('name'), key]),
      entity('note', [{ name: 'child_id', type: 'uuid' }]),
    ],
    relations: [
      relation('parent', 'child', { name: 'parent_children', on_delete: 'cascade' }),
      relation('child', 'note', { name: 'child_notes', on_delete: 'restrict' }),
    ],
  });
  const notes = { data: [{}] };
  const id = keyOf(await write([{ name: 'free' }, { name: 'a', notes }, { name: 'b', notes }]));
  const ids = await app.rows('SELECT id FROM childs ORDER BY name');
  const children = (data: readonly Input[], mode = 'DIFF') =>
    app.update('parent', id, { children: { mode, data } });
  expect(faults(await children([{ name: 'new' }, { id: ids[0]?.[0], delete: true }]))).toEqual([
    'CONFLICT patch.children.data.1.id restrict',
  ]);
  expect(faults(await children([], 'REPLACE'))).toEqual(['CONFLICT patch.children.data restrict']);
});

it('a child whose key is that of its parent', async () => {
  const child = entity('child', [text('name')], { generated: false });
  const one = { name: 'parent_child', type: 'one_to_one', target_key: 'id' };
  await serve(child, undefined, { relations: [relation('parent', 'child', one)] });
  const children = (data: readonly Input[], mode = 'DIFF') => ({ child: { mode, data } });
  const id = keyOf(await app.create('parent', children([{ name: 'a' }])));
  expect(await app.rows('SELECT id, name FROM childs')).toEqual([[id, 'a']]);
  keyOf(await app.update('parent', id, children([{ id, name: 'b' }])));
  keyOf(await app.update('parent', id, children([{ name: 'c' }], 'REPLACE')));
  expect(await app.rows('SELECT id, name FROM childs')).toEqual([[id, 'c']]);
});
