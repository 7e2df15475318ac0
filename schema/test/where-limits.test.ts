import { describe, expect, it } from 'vitest';
import { parseOrderBy } from '../src/where/parse-order.ts';
import { parseWhere } from '../src/where/parse-where.ts';
import { entity, entityOf, model } from './document-fixture.ts';
import { scopeOf } from './scope-fixture.ts';

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
