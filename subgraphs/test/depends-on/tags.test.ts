/** How many tags an answer has at most, and which filters narrow it down. */
import { type EntityModel, type Filter, MATCH_NONE, type TagKind } from '@rocket/schema';
import { describe, expect, it } from 'vitest';
import { narrowestTags } from '../../src/read/depends-on/filter-tags.ts';
import { KeyMarks } from '../../src/read/depends-on/key-marks.ts';
import { MAX_VALUES, TagSet } from '../../src/read/depends-on/tag-set.ts';
import { entity, parseApp } from '../support/write-app.ts';

const ORDERS: TagKind = { of: 'shop.order', prefix: 'shop.order#' };
const OF_CUSTOMER: TagKind = { of: 'shop.order', prefix: 'shop.order@customer_id=' };
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

describe('a set of tags', () => {
  it('has each value once, by kind', () => {
    const tags = new TagSet();
    for (const value of ['1', '2', '1']) tags.add(ORDERS, value);
    tags.add(OF_CUSTOMER, '1');
    expect(tags.groups()).toEqual([
      ['shop.order#', ['1', '2']],
      ['shop.order@customer_id=', ['1']],
    ]);
  });

  it('names the entity in place of too many values, and of all its other tags', () => {
    const tags = new TagSet();
    tags.add(OF_CUSTOMER, '1');
    for (const n of numbers(MAX_VALUES)) tags.add(ORDERS, String(n));
    expect(tags.groups().map(([prefix, values]) => [prefix, values.length])).toEqual([
      ['shop.order@customer_id=', 1],
      ['shop.order#', MAX_VALUES],
    ]);
    tags.add(ORDERS, 'another');
    tags.add({ of: 'shop.item', prefix: 'shop.item#' }, '1');
    tags.add(OF_CUSTOMER, '2');
    expect(tags.groups()).toEqual([
      ['shop.order', ['']],
      ['shop.item#', ['1']],
    ]);
  });
});

describe('marks', () => {
  it('are taken out wherever they are, and nothing else', () => {
    const tags = new TagSet();
    const marks = new KeyMarks(tags);
    const mark = (kind: TagKind, key: string) => {
      const { before, after } = marks.around(kind);
      return before + key + after;
    };
    const odd = '\u0001:"\u0002';
    const text = `${mark(ORDERS, '1')}{"a":${mark(OF_CUSTOMER, JSON.stringify(odd))}${mark(ORDERS, '2')}[":"]}${mark(ORDERS, '1')}`;
    expect(marks.take(text)).toBe('{"a":[":"]}');
    expect(marks.takeFromTexts(JSON.stringify(['null', mark(ORDERS, '3')]))).toBe('["null",""]');
    expect(tags.groups()).toEqual([
      ['shop.order#', ['1', '2', '3']],
      ['shop.order@customer_id=', [odd]],
    ]);
    expect(() => marks.take('\u00017:1\u0002')).toThrow('malformed');
  });
});

describe('a filter', () => {
  const ORDER = orderModel();
  const isOneOf = (name: string, values: readonly (string | number)[]): Filter => ({
    kind: 'in',
    field: fieldOf(ORDER, name),
    values,
    negated: false,
  });
  const tagsOf = (filter: Filter) =>
    narrowestTags(ORDER, filter)?.tags.map(([{ prefix }, value]) => prefix + value) ?? null;

  it('narrows down to as many values as there may be tags', () => {
    expect(tagsOf(isOneOf('rank', numbers(MAX_VALUES)))).toHaveLength(MAX_VALUES);
    expect(tagsOf(isOneOf('rank', numbers(MAX_VALUES + 1)))).toBeNull();
    const halves = [isOneOf('rank', numbers(300)), isOneOf('id', numbers(300))];
    expect(tagsOf({ kind: 'any', filters: halves })).toBeNull();
    expect(tagsOf({ kind: 'all', filters: halves })).toHaveLength(300);
  });

  it('prefers what fewer records have: a key, a unique field, a foreign key, then the fewest values', () => {
    const best = (...filters: Filter[]) => tagsOf({ kind: 'all', filters })?.length;
    const [id, number, customer, rank] = [
      isOneOf('id', numbers(4)),
      isOneOf('number', ['a', 'b', 'c']),
      isOneOf('customer_id', ['1', '2']),
      isOneOf('rank', [1]),
    ];
    expect([best(rank, customer), best(rank, customer, number), best(rank, id, number)]).toEqual([2, 3, 4]);
    expect(best(isOneOf('rank', [1, 2]), rank)).toBe(1);
  });

  it('that finds nothing depends on nothing, also beside others', () => {
    expect(tagsOf(MATCH_NONE)).toEqual([]);
    expect(tagsOf({ kind: 'all', filters: [isOneOf('rank', [1]), MATCH_NONE] })).toEqual([]);
    expect(tagsOf({ kind: 'any', filters: [isOneOf('rank', [1]), MATCH_NONE] })).toEqual([
      'test_app.order@rank=1',
    ]);
  });

  it('whose value is not written as it is stored has the tag of the stored one, or none', () => {
    expect(tagsOf(isOneOf('rank', ['007', '-0']))).toEqual([
      'test_app.order@rank=7',
      'test_app.order@rank=0',
    ]);
    expect(tagsOf(isOneOf('rank', ['7', ' 7']))).toBeNull();
  });
});

function orderModel(): EntityModel {
  const fields = [
    { name: 'number', type: 'string', unique: true },
    { name: 'rank', type: 'int', indexed: true },
    { name: 'customer_id', type: 'bigint' },
  ];
  const document = {
    version: 1,
    entities: [entity('order', fields, { keyType: 'int' }), entity('customer', [], { keyType: 'bigint' })],
    relations: [
      { name: 'orders', type: 'one_to_many', source: 'customer', target: 'order', target_key: 'customer_id' },
    ],
  };
  const order = parseApp(document).model.entities.get('order');
  if (order === undefined) throw new Error('no orders');
  return order;
}

function fieldOf(order: EntityModel, name: string) {
  const field = order.fieldByName.get(name);
  if (field === undefined) throw new Error(`no field ${name}`);
  return field;
}
