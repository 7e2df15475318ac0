import { describe, expect, it } from 'vitest';
import { matches } from '../../src/filter/evaluate.ts';
import type { ComparisonOperator, Filter } from '../../src/filter/filter.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';

const META = entityOf(
  model({ entities: [entity('thing', [{ name: 'meta', type: 'json' }])] }),
  'thing',
).fieldByName.get('meta');
if (META === undefined) throw new Error('no field meta');
const field = META;

/** True, false, or null where neither the filter nor its negation finds the record. */
function truth(filter: Filter, meta: unknown): boolean | null {
  if (matches(filter, { meta })) return true;
  return matches({ kind: 'not', filter }, { meta }) ? false : null;
}

/** An own member of that name, as JSON has it; a literal would set the prototype. */
const PROTO: unknown = JSON.parse('{"__proto__": 1}');

describe('contains', () => {
  it.each<[unknown, unknown, boolean | null]>([
    [null, {}, null],
    [{ a: 1, b: 2 }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1 }, {}, true],
    [{ a: null }, { a: null }, true],
    [{}, { a: null }, false],
    [{ a: { b: { c: 1, d: 2 } } }, { a: { b: { c: 1 } } }, true],
    [{ a: { b: 1 } }, { b: 1 }, false],
    [{ a: [1, 2] }, { a: [2] }, true],
    [{ a: [1] }, { a: 1 }, false],
    [{ a: 1 }, { a: [1] }, false],
    [{ a: '1' }, { a: 1 }, false],
    [[1, 2, 3], [3, 1], true],
    [[1, 2], [1, 1, 1], true],
    [[1, 2], [1, 4], false],
    [[1], [], true],
    [[1, 2], 1, true],
    [['foo'], 'foo', true],
    [[null], [null], true],
    [1, [1], false],
    [1, [], false],
    [1, 1, true],
    ['foo', 'foo', true],
    ['foo', 'fo', false],
    [[[1, 2]], [[1]], true],
    [[[1, 2]], [1], false],
    [[[1], [2]], [[1, 2]], false],
    [[{ a: 1, b: 2 }], [{ a: 1 }], true],
    [[{ a: 1 }], { a: 1 }, false],
    [{ a: 1 }, [{ a: 1 }], false],
    [{}, [], false],
    [[], {}, false],
    [[], 1, false],
    [{}, { constructor: {} }, false],
    [PROTO, PROTO, true],
    [{}, PROTO, false],
  ])('%j @> %j: %s', (meta, part, expected) => {
    expect(truth({ kind: 'jsonContains', field, json: JSON.stringify(part) }, meta)).toBe(expected);
  });

  it('takes numbers by their value', () => {
    expect(truth({ kind: 'jsonContains', field, json: '[1.0, 1e1]' }, [10, 1])).toBe(true);
  });
});

describe('has key', () => {
  it.each<[unknown, string, boolean | null]>([
    [null, 'a', null],
    [{ a: null }, 'a', true],
    [{ a: { b: 1 } }, 'b', false],
    [{}, 'constructor', false],
    [PROTO, '__proto__', true],
    [['a', 1], 'a', true],
    [['a', 1], '1', false],
    [[['a']], 'a', false],
    ['a', 'a', true],
    ['ab', 'a', false],
    [1, '1', false],
  ])('%j ? %j: %s', (meta, key, expected) => {
    expect(truth({ kind: 'jsonHasKey', field, key }, meta)).toBe(expected);
  });
});

describe('the value at a path', () => {
  const at = (path: readonly string[], meta: unknown, json: string): boolean | null =>
    truth({ kind: 'jsonPath', field, path, operator: 'eq', json }, meta);

  it.each<[string[], unknown, string, boolean | null]>([
    [['a', 'b'], { a: { b: 1 } }, '1', true],
    [['a', 'c'], { a: { b: 1 } }, '1', null],
    [['a', 'b', 'c'], { a: { b: 1 } }, '1', null],
    [['a'], { a: null }, '1', null],
    [['a'], null, '1', null],
    [['a'], 'a', '"a"', null],
    [['0'], 'a', '"a"', null],
    [['0'], ['x', 'y'], '"x"', true],
    [['1'], ['x', 'y'], '"y"', true],
    [['2'], ['x', 'y'], '"y"', null],
    [['-1'], ['x', 'y'], '"y"', true],
    [['-2'], ['x', 'y'], '"x"', true],
    [['-3'], ['x', 'y'], '"x"', null],
    [['+1'], ['x', 'y'], '"y"', true],
    [[' 1'], ['x', 'y'], '"y"', true],
    [['1 '], ['x', 'y'], '"y"', null],
    [['01'], ['x', 'y'], '"y"', true],
    [['1.0'], ['x', 'y'], '"y"', null],
    [['0x1'], ['x', 'y'], '"y"', null],
    [[''], ['x', 'y'], '"x"', null],
    [['length'], ['x', 'y'], '2', null],
    [['99999999999'], ['x'], '"x"', null],
    [['0', 'a', '-1'], [{ a: [1, 2] }], '2', true],
    [['1'], { 1: 'x' }, '"x"', true],
    [[''], { '': 'x' }, '"x"', true],
    [['constructor'], {}, '1', null],
  ])('%j of %j is %s: %s', (path, meta, json, expected) => {
    expect(at(path, meta, json)).toBe(expected);
  });

  it.each<[unknown, ComparisonOperator, string, boolean | null]>([
    [1, 'eq', '1.0', true],
    [0.1, 'eq', '1e-1', true],
    [1, 'eq', '"1"', false],
    [1, 'ne', '"1"', true],
    [1, 'ne', '1', false],
    ['a', 'eq', '"A"', false],
    [true, 'eq', 'true', true],
    [true, 'ne', 'false', true],
    [{ a: 1, b: [2] }, 'eq', '{"b": [2], "a": 1.0}', true],
    [{ a: 1 }, 'eq', '{"a": 1, "b": 1}', false],
    [{ a: 1 }, 'eq', '{"b": 1}', false],
    [{}, 'eq', '[]', false],
    [[], 'eq', '{}', false],
    [[1, 2], 'eq', '[2, 1]', false],
    [[1, 2], 'eq', '[1, 2]', true],
    [[1], 'ne', '[1, 1]', true],
    [PROTO, 'eq', '{"__proto__": 1}', true],
    [{}, 'eq', '{"__proto__": 1}', false],
    [10, 'gt', '9', true],
    [9, 'gte', '9.0', true],
    [-1, 'lt', '-0.5', true],
    [10, 'lte', '9', false],
    ['10', 'lt', '"9"', true],
    ['Z', 'lt', '"a"', true],
    ['\u{1F600}', 'gt', '"\uFF5E"', true],
    ['a', 'lte', '"a"', true],
    ['10', 'gt', '9', null],
    [10, 'gt', '"9"', null],
    [true, 'gt', '0', null],
    [[10], 'gt', '9', null],
    [{}, 'lt', '"a"', null],
    [null, 'ne', '1', null],
  ])('%j %s %s: %s', (value, operator, json, expected) => {
    expect(truth({ kind: 'jsonPath', field, path: ['a'], operator, json }, { a: value })).toBe(expected);
  });

  it.each<[unknown, boolean]>([
    [{ a: 1 }, false],
    [{ a: false }, false],
    [{ a: null }, true],
    [{}, true],
    [null, true],
    ['a', true],
    [['a'], true],
  ])('of %j at "a" is null: %s', (meta, expected) => {
    const isNull = (wanted: boolean) =>
      truth({ kind: 'jsonPathIsNull', field, path: ['a'], isNull: wanted }, meta);
    expect([isNull(true), isNull(false)]).toEqual([expected, !expected]);
  });
});
