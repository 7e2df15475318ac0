import { describe, expect, it } from 'vitest';
import { readConditionValue } from '../../src/document/condition-value.ts';
import { parseOrderBy } from '../../src/where/parse-order.ts';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';
import { scopeOf } from '../support/scope-fixture.ts';

const TEXTS = model({ entities: [entity('text', [{ name: 'body', type: 'text' }])] });
const TEXT = entityOf(TEXTS, 'text');

const fields = Array.from({ length: 40 }, (_, index) => ({ name: `f${index}`, type: 'int' }));
const MODEL = model({ entities: [entity('thing', fields)] });
const THING = entityOf(MODEL, 'thing');
const SCOPE = scopeOf(MODEL);

function nested(depth: number): unknown {
  let where: unknown = { f0: { eq: 1 } };
  for (let level = 0; level < depth; level += 1) where = { NOT: where };
  return where;
}

describe('the size of a filter', () => {
  it('ends where Postgres would run out of stack or of parameters', () => {
    expect(() => parseWhere(nested(20_000), THING, SCOPE)).toThrow(/nested/);
    const wide = { OR: Array.from({ length: 70_000 }, () => ({ f0: { eq: 1 } })) };
    expect(() => parseWhere(wide, THING, SCOPE)).toThrow(/conditions/);
    expect(() => parseWhere({ f0: { in: new Array(200_000).fill(1) } }, THING, SCOPE)).toThrow(/values/);
  });

  it('leaves room for what people and programs write', () => {
    expect(parseWhere(nested(20), THING, SCOPE).kind).toBe('not');
    const wide = { OR: Array.from({ length: 500 }, () => ({ f0: { eq: 1 } })) };
    expect(parseWhere(wide, THING, SCOPE).kind).toBe('any');
    expect(parseWhere({ f0: { in: new Array(10_000).fill(1) } }, THING, SCOPE).kind).toBe('in');
  });
});

describe('the size of an order', () => {
  it('is bounded: the position of a cursor grows with its square', () => {
    const order = fields.map(({ name }) => ({ [name]: 'ASC' }));
    expect(() => parseOrderBy(order, THING, SCOPE)).toThrow(/at most/);
    expect(parseOrderBy(order.slice(0, 16), THING, SCOPE)).toHaveLength(17);
  });
});

describe('the size of text patterns', () => {
  const parse = (where: unknown) => parseWhere(where, TEXT, scopeOf(TEXTS));
  const long = 'a'.repeat(251);

  it.each(['like', 'ilike', 'contains', 'icontains', 'endsWith', 'iendsWith'])(
    'is bounded for %s: Postgres tries it at every character of a text',
    (operator) => {
      expect(() => parse({ body: { [operator]: long } })).toThrow(
        `where.body.${operator} may have at most 250 characters`,
      );
      expect(parse({ body: { [operator]: long.slice(1) } }).kind).toBe('text');
    },
  );

  it('is bounded for all of a filter, whatever holds them', () => {
    const pattern = { body: { contains: 'a'.repeat(250) } };
    const many = (count: number) => Array.from({ length: count }, () => pattern);
    expect(parse({ OR: many(4) }).kind).toBe('any');
    expect(() => parse({ OR: [...many(3), { NOT: { AND: [pattern, { body: { like: '%' } }] } }] })).toThrow(
      'where may have at most 1000 characters in all its text patterns',
    );
  });

  it('is not bounded for beginnings, which are compared once', () => {
    expect(parse({ body: { startsWith: long, istartsWith: long.repeat(9) } }).kind).toBe('all');
  });

  it('is bounded for permissions alike', () => {
    const condition = { field: 'body', operator: 'like', value: `%${long}%` } as const;
    const read = readConditionValue(condition, { name: 'body', type: 'text' });
    expect(read).toMatchObject({ ok: false, message: 'The pattern may have at most 250 characters' });
  });
});
