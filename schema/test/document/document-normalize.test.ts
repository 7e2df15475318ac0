import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../../src/document/canonical-json.ts';
import { normalizeDocument } from '../../src/document/normalize.ts';
import { entity, type JsonObject, KEY, oneToMany, parsed } from '../support/document-fixture.ts';

const ENTITIES = ['b', 'a', 'c'].map((name) =>
  entity(name, [KEY('parent_id'), { name: 'x', type: 'string' }]),
);
const name = fc.constantFrom('a', 'b', 'c');
const rule = fc.record(
  {
    entity: name,
    type: fc.constant('field'),
    definition: fc.record({ field: fc.constant('x'), operator: fc.constant('min_length'), value: fc.nat(2) }),
    hook: fc.constantFrom('before_write', 'before_delete'),
    priority: fc.nat(2),
    active: fc.boolean(),
  },
  { requiredKeys: ['entity', 'type', 'definition'] },
);
const permission = fc.record(
  {
    entity: name,
    action: fc.constantFrom('read', 'create'),
    roles: fc.array(fc.constantFrom('sales', 'Sales', 'admin'), { maxLength: 2 }),
    conditions: fc.constant([{ field: 'x', operator: 'eq', value: 'y' }]),
  },
  { requiredKeys: ['entity', 'action', 'roles'] },
);
const webhook = fc.record(
  {
    entity: name,
    url: fc.constantFrom('https://a.test/', 'https://b.test/'),
    hook: fc.constantFrom('before_write', 'after_write'),
  },
  { requiredKeys: ['entity', 'url'] },
);
const uiConfig = fc.record(
  { entity: name, scope: fc.constantFrom('default', 'x'), config: fc.record({ title: fc.string() }) },
  { requiredKeys: ['entity', 'config'] },
);
const document = fc.record({
  exported_at: fc.constant('2026-01-01T00:00:00Z'),
  entities: fc.shuffledSubarray(ENTITIES, { minLength: 3 }),
  rules: fc.array(rule, { maxLength: 6 }),
  permissions: fc.array(permission, { maxLength: 6 }),
  webhooks: fc.array(webhook, { maxLength: 6 }),
  ui_configs: fc.array(uiConfig, { maxLength: 4 }),
  exports: fc.array(name),
});

it('is idempotent', () => {
  fc.assert(
    fc.property(document, (input) => {
      const once = normalizeDocument(parsed(JSON.parse(JSON.stringify(input))));
      expect(normalizeDocument(once)).toEqual(once);
      expect(canonicalJson(normalizeDocument(once))).toBe(canonicalJson(once));
    }),
  );
});

it('takes an export for what it was made of', () => {
  fc.assert(
    fc.property(document, (input) => {
      const once = normalizeDocument(parsed(JSON.parse(JSON.stringify(input))));
      const again = normalizeDocument(parsed(JSON.parse(canonicalJson(once))));
      expect(canonicalJson(again)).toBe(canonicalJson(once));
    }),
  );
});

it('sorts parts, keeps fields in order, and drops rows and export time', () => {
  const relations = [oneToMany('z', ['a', 'b', 'parent_id']), oneToMany('y', ['a', 'c', 'parent_id'])];
  const normal = normalizeDocument(
    parsed({
      exported_at: 'now',
      entities: ENTITIES,
      relations,
      exports: ['c', 'a', 'c'],
      sample_data: { a: [{ x: '1' }] },
    }),
  );
  expect(normal).not.toHaveProperty('exported_at');
  expect(normal.sample_data).toEqual({});
  expect(normal.entities.map((each) => each.name)).toEqual(['a', 'b', 'c']);
  expect(normal.entities[0]?.fields.map((field) => field.name)).toEqual(['id', 'parent_id', 'x']);
  expect(normal.relations.map((relation) => relation.name)).toEqual(['y', 'z']);
  expect(normal.exports).toEqual(['a', 'c']);
});

it('keeps the order in which the webhooks of a hook are called', () => {
  const webhooks: JsonObject[] = ['b/', 'a/', 'c/'].map((path) => ({
    entity: 'a',
    hook: 'before_write',
    url: `https://${path}`,
  }));
  const normal = normalizeDocument(
    parsed({ entities: ENTITIES, webhooks: [...webhooks, { entity: 'a', url: 'https://d/' }] }),
  );
  expect(normal.webhooks.map(({ url }) => url)).toEqual([
    'https://d/',
    'https://b/',
    'https://a/',
    'https://c/',
  ]);
});

it('keeps repeated parts once: the first, and of UI configurations the last', () => {
  const rules: JsonObject[] = [
    { entity: 'a', type: 'field', definition: { field: 'x', operator: 'min_length', value: 1 } },
    {
      entity: 'a',
      type: 'field',
      hook: 'before_write',
      definition: { value: 1, operator: 'min_length', field: 'x' },
    },
  ];
  const permissions: JsonObject[] = [
    { entity: 'a', action: 'read', roles: ['One', 'two'] },
    { entity: 'a', action: 'read', roles: ['two', 'one'], conditions: [] },
    { entity: 'a', action: 'read', roles: ['three'] },
  ];
  const webhooks: JsonObject[] = ['https://a.test/', 'https://b.test/', 'https://a.test/'].map((url) => ({
    entity: 'a',
    url,
  }));
  const ui_configs: JsonObject[] = [1, 2].map((title) => ({ entity: 'a', config: { title } }));
  const normal = normalizeDocument(parsed({ entities: ENTITIES, rules, permissions, webhooks, ui_configs }));
  expect(normal.rules).toEqual([{ ...rules[0], hook: 'before_write', priority: 0, active: true }]);
  expect(normal.permissions.map((each) => each.roles)).toEqual([['One', 'two'], ['three']]);
  expect(normal.webhooks.map((each) => each.url)).toEqual(['https://a.test/', 'https://b.test/']);
  expect(normal.ui_configs).toEqual([{ entity: 'a', scope: 'default', config: { title: 2 } }]);
});

it('writes the direction of an order out, and leaves an empty order out', () => {
  const relations = [
    oneToMany('y', ['a', 'b', 'parent_id'], { order_by: [{ field: 'x' }] }),
    oneToMany('z', ['a', 'c', 'parent_id'], { order_by: [] }),
  ];
  const normal = normalizeDocument(parsed({ entities: ENTITIES, relations }));
  expect(normal.relations[0]?.order_by).toEqual([{ field: 'x', direction: 'asc' }]);
  expect(normal.relations[1]).not.toHaveProperty('order_by');
});

it('keeps that references are not checked, and leaves out that they are', () => {
  const relations = [
    oneToMany('y', ['a', 'b', 'parent_id'], { check_reference: false }),
    oneToMany('z', ['a', 'c', 'parent_id'], { check_reference: true }),
  ];
  const normal = normalizeDocument(parsed({ entities: ENTITIES, relations }));
  expect(normal.relations[0]?.check_reference).toBe(false);
  expect(normal.relations[1]).not.toHaveProperty('check_reference');
});

it('has equal text for equal values, however they are written', () => {
  expect(canonicalJson({ b: [1, { d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[1,{"d":1}]}');
});
