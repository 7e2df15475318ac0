import { expect, it } from 'vitest';
import { buildModel } from '../../src/model/build-model.ts';
import { APP, entity, entityOf, type JsonObject, manyToMany, model } from '../support/document-fixture.ts';

const fieldOf = (field: JsonObject, extra: JsonObject = {}) => {
  const built = entityOf(model({ entities: [entity('a', [field], extra)] }), 'a');
  const found = built.fields.at(1);
  if (found === undefined) throw new Error('the field is missing');
  return found;
};

it.each<[JsonObject, JsonObject]>([
  [
    { name: 'x_y', type: 'text' },
    { graphqlName: 'xY', type: 'string', required: false, nullable: true, writable: true },
  ],
  [
    { name: 'x', type: 'integer', required: true },
    { type: 'int', required: true, nullable: false },
  ],
  [
    { name: 'x', type: 'int', required: true, nullable: true },
    { required: false, nullable: true },
  ],
  [
    { name: 'x', type: 'timestamp', auto: 'create', required: true },
    { auto: 'create', required: false, nullable: false, writable: false },
  ],
  [
    { name: 'x', type: 'decimal', precision: 2, default: 1.5 },
    { scale: 2, default: '1.5' },
  ],
  [{ name: 'x', type: 'string', default: null }, { default: null }],
  [
    { name: 'x', type: 'string', unique: true, indexed: true, searchable: true },
    { unique: true, indexed: true, searchable: true },
  ],
])('%j', (field, expected) => {
  expect(fieldOf(field)).toMatchObject(expected);
});

it('names the members of an enum when all of them can be named', () => {
  const members = (values: string[]) => fieldOf({ name: 'x', type: 'string', enum: values }).enumMembers;
  expect(members(['open', 'on_hold'])).toEqual(
    new Map([
      ['OPEN', 'open'],
      ['ON_HOLD', 'on_hold'],
    ]),
  );
  expect(members(['open', 'on-hold'])).toBeUndefined();
  expect(members(['open', 'Open'])).toBeUndefined();
});

it('knows how keys come about', () => {
  const keyed = (type: string, generated: boolean) =>
    entityOf(
      model({
        entities: [
          entity('a', [], { primary_key: { field: 'id', type, generated }, fields: [{ name: 'id', type }] }),
        ],
      }),
      'a',
    );
  expect(keyed('uuid', true)).toMatchObject({
    keyGeneration: 'uuid',
    primaryKey: { required: false, nullable: false, writable: false },
  });
  expect(keyed('integer', true)).toMatchObject({ keyGeneration: 'identity', primaryKey: { type: 'int' } });
  expect(keyed('string', false)).toMatchObject({
    keyGeneration: 'client',
    primaryKey: { required: true, nullable: false, writable: true },
  });
});

it('adds the column of soft deletion where it is not declared', () => {
  const names = (fields: JsonObject[]) =>
    entityOf(model({ entities: [entity('a', fields, { soft_delete: true })] }), 'a').fields.map((field) => [
      field.name,
      field.writable,
    ]);
  expect(names([])).toEqual([
    ['id', false],
    ['deleted_at', false],
  ]);
  expect(
    names([
      { name: 'deleted_at', type: 'timestamp' },
      { name: 'x', type: 'int' },
    ]),
  ).toEqual([
    ['id', false],
    ['deleted_at', false],
    ['x', true],
  ]);
});

it('names the version after the fields', () => {
  expect(entityOf(model({ entities: [entity('a')] }), 'a').versionGraphqlName).toBe('version');
  expect(
    entityOf(model({ entities: [entity('a', [{ name: 'version', type: 'string' }])] }), 'a')
      .versionGraphqlName,
  ).toBe('recordVersion');
});

it('handles a join table once', () => {
  const built = model({
    entities: [entity('a'), entity('b')],
    relations: [manyToMany('a_bs', ['a', 'b'], { on_delete: 'set_null' })],
  });
  expect(built.joinTables).toMatchObject([
    { table: 'a_bs', sourceColumn: 'left_id', targetColumn: 'right_id', source: { name: 'a' } },
  ]);
  expect(entityOf(built, 'a').links).toMatchObject([
    { localJoinColumn: 'left_id', targetJoinColumn: 'right_id', declaredHere: true, onDelete: 'detach' },
  ]);
  expect(entityOf(built, 'b').links).toMatchObject([
    { localJoinColumn: 'right_id', targetJoinColumn: 'left_id', declaredHere: false },
  ]);
});

it('is frozen, and the same when it is built again from what it stores', () => {
  const built = model({
    entities: [entity('b'), entity('a')],
    permissions: [{ entity: 'a', action: 'read', roles: ['Sales'] }],
    exports: ['a'],
  });
  expect(Object.isFrozen(built.entities.get('a')?.fields[0])).toBe(true);
  expect(built.policies).toMatchObject([{ roles: new Set(['sales']) }]);
  expect(buildModel(built.document, APP)).toEqual(built);
});

it.each<[string, JsonObject[], JsonObject[], string | undefined]>([
  ['nothing is searchable', [{ name: 'x', type: 'string' }], [], undefined],
  ['nothing is in the way', [{ name: 'x', type: 'string', searchable: true }], [], 'search'],
  ['a field has the name', [{ name: 'search', type: 'string', searchable: true }], [], 'fullTextSearch'],
  [
    'a link has the name',
    [
      { name: 'x', type: 'string', searchable: true },
      { name: 'search_id', type: 'uuid' },
    ],
    [{ name: 'a_a', type: 'one_to_many', source: 'a', target: 'a', target_key: 'search_id' }],
    'fullTextSearch',
  ],
])('names the search of a filter where %s', (_case, fields, relations, name) => {
  const built = model({ entities: [entity('a', fields)], relations });
  expect(entityOf(built, 'a').searchGraphqlName).toBe(name);
});
