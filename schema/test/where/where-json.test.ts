import { describe, expect, it } from 'vitest';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';
import { refusal, scopeOf } from '../support/scope-fixture.ts';

const MODEL = model({ entities: [entity('thing', [{ name: 'meta', type: 'json' }])] });
const parse = (meta: unknown) => parseWhere({ meta }, entityOf(MODEL, 'thing'), scopeOf(MODEL));

/** `{a: {a: ... 1}}` */
function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = { a: value };
  return value;
}

describe('conditions on JSON', () => {
  it.each([
    [{ a: [1, null, 'x'] }, '{"a":[1,null,"x"]}'],
    [[], '[]'],
    ['x', '"x"'],
    [0.5, '0.5'],
    [false, 'false'],
  ])('contains %j', (value, json) => {
    expect(parse({ contains: value })).toMatchObject({ kind: 'jsonContains', field: { name: 'meta' }, json });
  });

  it('takes values without a prototype, as literals in a query come', () => {
    const literal = Object.assign(Object.create(null), { a: 1 });
    expect(parse({ contains: literal })).toMatchObject({ json: '{"a":1}' });
  });

  it('has a key, is null', () => {
    expect(parse({ hasKey: 'a' })).toMatchObject({ kind: 'jsonHasKey', key: 'a' });
    expect(parse({ isNull: true })).toMatchObject({ kind: 'isNull', isNull: true });
  });

  it('compares the value at a path, by several operators at once', () => {
    expect(parse({ path: { path: ['a', '-1'], gte: 1, lt: 9, isNull: false } })).toMatchObject({
      kind: 'all',
      filters: [
        { kind: 'jsonPath', path: ['a', '-1'], operator: 'gte', json: '1' },
        { kind: 'jsonPath', operator: 'lt', json: '9' },
        { kind: 'jsonPathIsNull', path: ['a', '-1'], isNull: false },
      ],
    });
    expect(parse({ path: { path: ['a'], ne: { b: [true] } } })).toMatchObject({
      operator: 'ne',
      json: '{"b":[true]}',
    });
    expect(parse({ path: { path: ['a'], gt: 'x' } })).toMatchObject({ operator: 'gt', json: '"x"' });
  });

  it.each<[unknown, string]>([
    [null, 'where.meta may not be null'],
    [{}, 'where.meta may not be empty'],
    [{ eq: 1 }, 'where.meta.eq is not an operator of a JSON field'],
    [{ contains: null }, 'where.meta.contains may not be null; use isNull'],
    [{ contains: { a: undefined } }, 'where.meta.contains holds a value that is missing or is not JSON'],
    [{ contains: [undefined] }, 'where.meta.contains holds a value that is missing or is not JSON'],
    [
      { contains: [Number.POSITIVE_INFINITY] },
      'where.meta.contains holds a value that is missing or is not JSON',
    ],
    [{ contains: [1n] }, 'where.meta.contains holds a value that is missing or is not JSON'],
    [{ contains: { a: ['x\0'] } }, 'where.meta.contains may not contain a NUL character'],
    [{ contains: { 'x\0': 1 } }, 'where.meta.contains may not contain a NUL character'],
    [{ contains: ['\ud800'] }, 'where.meta.contains may not contain half of a surrogate pair'],
    [{ contains: { '\udc00': 1 } }, 'where.meta.contains may not contain half of a surrogate pair'],
    [{ contains: nested(200) }, 'where.meta.contains is nested too deeply'],
    [{ contains: nested(100_000) }, 'where.meta.contains is nested too deeply'],
    [{ hasKey: null }, 'where.meta.hasKey must be a text'],
    [{ hasKey: 1 }, 'where.meta.hasKey must be a text'],
    [{ hasKey: '\0' }, 'where.meta.hasKey may not contain a NUL character'],
    [{ isNull: 'yes' }, 'where.meta.isNull must be true or false'],
    [{ path: null }, 'where.meta.path may not be null'],
    [{ path: { eq: 1 } }, 'where.meta.path.path must be a list of 1 to 32 texts'],
    [{ path: { path: [], eq: 1 } }, 'where.meta.path.path must be a list of 1 to 32 texts'],
    [
      { path: { path: new Array(33).fill('a'), eq: 1 } },
      'where.meta.path.path must be a list of 1 to 32 texts',
    ],
    [{ path: { path: ['a', 1], eq: 1 } }, 'where.meta.path.path[1] must be a text'],
    [
      { path: { path: ['\ud800'], eq: 1 } },
      'where.meta.path.path[0] may not contain half of a surrogate pair',
    ],
    [{ path: { path: ['a'] } }, 'where.meta.path needs an operator beside path, such as eq or isNull'],
    [{ path: { path: ['a'], eq: null } }, 'where.meta.path.eq may not be null; use isNull'],
    [{ path: { path: ['a'], ne: ['\0'] } }, 'where.meta.path.ne may not contain a NUL character'],
    [{ path: { path: ['a'], gt: null } }, 'where.meta.path.gt may not be null; use isNull'],
    [
      { path: { path: ['a'], gt: true } },
      'where.meta.path.gt must be a number or a text: other JSON values have no order',
    ],
    [
      { path: { path: ['a'], lte: [1] } },
      'where.meta.path.lte must be a number or a text: other JSON values have no order',
    ],
    [{ path: { path: ['a'], isNull: 1 } }, 'where.meta.path.isNull must be true or false'],
    [{ path: { path: ['a'], like: 'x' } }, 'where.meta.path.like is not an operator on the value at a path'],
  ])('refuses case %#', (meta, message) => {
    expect(refusal(() => parse(meta))).toMatchObject({ code: 'BAD_USER_INPUT', message });
  });

  it('counts the levels of a value as those who store it do', () => {
    expect(parse({ contains: nested(199) }).kind).toBe('jsonContains');
  });
});
