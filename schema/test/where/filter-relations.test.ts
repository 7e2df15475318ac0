import { describe, expect, it } from 'vitest';
import { compareBySortKeys } from '../../src/filter/compare-records.ts';
import { type FilterRecord, matches, type RelatedRecords } from '../../src/filter/evaluate.ts';
import { parseOrderBy } from '../../src/where/parse-order.ts';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, KEY, model, oneToMany } from '../support/document-fixture.ts';
import { ADMIN, refusal, scopeOf, signedIn } from '../support/scope-fixture.ts';

const MODEL = model({
  entities: [
    entity('customer', [{ name: 'name', type: 'string', searchable: true }], { soft_delete: true }),
    entity(
      'order',
      [{ name: 'total', type: 'decimal' }, { name: 'secret', type: 'boolean' }, KEY('customer_id')],
      { soft_delete: true },
    ),
    entity('item', [{ name: 'count', type: 'int' }, KEY('order_id')]),
  ],
  relations: [
    oneToMany('customer_orders', ['customer', 'order', 'customer_id']),
    oneToMany('order_items', ['order', 'item', 'order_id']),
  ],
  permissions: [
    {
      entity: 'order',
      action: 'read',
      roles: ['sales'],
      conditions: [{ field: 'secret', operator: 'eq', value: false }],
    },
    {
      entity: 'customer',
      action: 'read',
      roles: ['sales'],
      conditions: [{ field: 'name', operator: 'neq', value: 'ghost' }],
    },
  ],
});

const GONE = { deleted_at: '2026-01-01T00:00:00.000Z' };
const TABLES: Readonly<Record<string, readonly FilterRecord[]>> = {
  customer: [
    { id: 'c1', name: 'ann' },
    { id: 'c2', name: 'bob', deleted_at: null },
    { id: 'c3', name: 'ghost' },
    { id: 'c4', name: 'old', ...GONE },
  ],
  order: [
    { id: 'o1', customer_id: 'c1', total: '10', secret: false },
    { id: 'o2', customer_id: 'c1', total: null, secret: false },
    { id: 'o3', customer_id: 'c1', total: '99', secret: true },
    { id: 'o4', customer_id: 'c2', total: '50', secret: false, ...GONE },
    { id: 'o5', customer_id: 'c3', total: '5', secret: false },
    { id: 'o6', customer_id: 'c4', total: '6', secret: false },
    { id: 'o7', customer_id: null, total: '7', secret: false },
    { id: 'o8', customer_id: 'nobody', total: '7.0', secret: false },
  ],
  item: [
    { id: 'i1', order_id: 'o1', count: 1 },
    { id: 'i2', order_id: 'o1', count: 5 },
    { id: 'i3', order_id: 'o5', count: 2 },
  ],
};
const table = (name: string): readonly FilterRecord[] => TABLES[name] ?? [];
const related: RelatedRecords = (record, link, target) =>
  table(target.name).filter((other) => other[link.targetField] === record[link.localField]);

/** Ids of the records that a caller finds. */
function found(name: string, where: unknown, caller = ADMIN): unknown[] {
  const filter = parseWhere(where, entityOf(MODEL, name), scopeOf(MODEL, caller));
  return table(name)
    .filter((record) => matches(filter, record, related))
    .map(({ id }) => id);
}

describe('filters through relations', () => {
  it.each<[string, unknown, string[]]>([
    ['customer', { orders: { some: { total: { gte: 10 } } } }, ['c1']],
    ['customer', { orders: { some: { id: { isNull: false } } } }, ['c1', 'c3', 'c4']],
    ['customer', { orders: { none: { id: { isNull: false } } } }, ['c2']],
    ['customer', { orders: { none: { total: { lt: 6 } } } }, ['c1', 'c2', 'c4']],
    ['customer', { orders: { every: { total: { lt: 6 } } } }, ['c2', 'c3']],
    // An order without a total is not one whose total is at least 0.
    ['customer', { orders: { every: { total: { gte: 0 } } } }, ['c2', 'c3', 'c4']],
    ['customer', { orders: { some: { total: { gt: 9 } }, every: { secret: { eq: false } } } }, []],
    ['customer', { NOT: { orders: { some: { total: { gte: 0 } } } } }, ['c2']],
    ['customer', { orders: { some: { items: { some: { count: { gt: 1 } } } } } }, ['c1', 'c3']],
    ['order', { customer: { name: { eq: 'ann' } } }, ['o1', 'o2', 'o3']],
    ['order', { customer: { id: { isNull: false } } }, ['o1', 'o2', 'o3', 'o4', 'o5']],
    ['order', { NOT: { customer: { name: { eq: 'ann' } } } }, ['o4', 'o5', 'o6', 'o7', 'o8']],
    ['item', { order: { customer: { name: { like: 'a%' } } } }, ['i1', 'i2']],
  ])('%s %j finds %j', (name, where, expected) => {
    expect(found(name, where)).toEqual(expected);
  });

  it('sees only what the caller may read', () => {
    const sales = signedIn('sales');
    expect(found('customer', { orders: { some: { total: { gt: 50 } } } }, sales)).toEqual([]);
    expect(found('customer', { orders: { some: { total: { gt: 50 } } } })).toEqual(['c1']);
    expect(found('order', { customer: { id: { isNull: false } } }, sales)).toEqual(['o1', 'o2', 'o3', 'o4']);
  });

  it('needs the related records', () => {
    const filter = parseWhere(
      { orders: { some: { secret: { eq: true } } } },
      entityOf(MODEL, 'customer'),
      scopeOf(MODEL),
    );
    expect(refusal(() => matches(filter, { id: 'c1' }))).toMatchObject({
      code: 'INTERNAL_ERROR',
      message: 'The records of orders are not at hand',
    });
  });
});

it('leaves full-text search to the database', () => {
  const fields = entityOf(MODEL, 'customer').fields.filter((field) => field.searchable);
  const search = { kind: 'search' as const, fields, query: 'ann' };
  expect(refusal(() => matches(search, { name: 'ann' })).code).toBe('INTERNAL_ERROR');
});

describe('the order of records', () => {
  const sorted = (orderBy: unknown, caller = ADMIN): unknown[] => {
    const keys = parseOrderBy(orderBy, entityOf(MODEL, 'order'), scopeOf(MODEL, caller));
    return [...table('order')].sort((a, b) => compareBySortKeys(a, b, { keys, related })).map(({ id }) => id);
  };

  it('compares values by their type, nulls as the largest, ties by the key in the same direction', () => {
    expect(sorted([{ total: 'ASC' }])).toEqual(['o5', 'o6', 'o7', 'o8', 'o1', 'o4', 'o3', 'o2']);
    expect(sorted([{ total: 'DESC' }])).toEqual(['o2', 'o3', 'o4', 'o1', 'o8', 'o7', 'o6', 'o5']);
  });

  it('goes through relations; what is deleted, dangling or missing is null', () => {
    expect(sorted([{ customer: { name: 'ASC' } }])).toEqual(['o1', 'o2', 'o3', 'o4', 'o5', 'o6', 'o7', 'o8']);
    expect(sorted([{ customer: { name: 'DESC' } }])).toEqual([
      'o8',
      'o7',
      'o6',
      'o5',
      'o4',
      'o3',
      'o2',
      'o1',
    ]);
  });

  it('is not told by records that the caller may not see', () => {
    expect(sorted([{ customer: { name: 'DESC' } }], signedIn('sales'))).toEqual([
      'o8',
      'o7',
      'o6',
      'o5',
      'o4',
      'o3',
      'o2',
      'o1',
    ]);
  });

  it('is no order without the related records, or of values that have none', () => {
    const [key] = parseOrderBy([{ customer: { name: 'ASC' } }], entityOf(MODEL, 'order'), scopeOf(MODEL));
    if (key === undefined) throw new Error('no key');
    const compare = (keys: [typeof key]) => () => compareBySortKeys({ a: 1 }, { a: 2 }, { keys });
    expect(refusal(compare([key])).code).toBe('INTERNAL_ERROR');
    const json = { ...key.field, name: 'a', type: 'json' as const };
    expect(refusal(compare([{ ...key, via: [], field: json }])).code).toBe('INTERNAL_ERROR');
  });
});
