import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../src/filter/evaluate.ts';
import type { ComparisonOperator, Filter, FilterValue } from '../../src/filter/filter.ts';
import type { FieldModel } from '../../src/model/field-model.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';

const TYPES = ['string', 'int', 'bigint', 'float', 'decimal', 'boolean', 'uuid', 'timestamp', 'date', 'json'];
const ENTITY = entityOf(
  model({
    entities: [
      entity(
        'a',
        TYPES.map((type) => ({ name: `${type}_field`, type })),
      ),
    ],
  }),
  'a',
);

function field(type: string): FieldModel {
  const found = ENTITY.fieldByName.get(`${type}_field`);
  if (found === undefined) throw new Error(`no field of type ${type}`);
  return found;
}

function compare(type: string, value: unknown, use: [ComparisonOperator, FilterValue]): boolean {
  const filter: Filter = { kind: 'compare', field: field(type), operator: use[0], value: use[1] };
  return matches(filter, { [`${type}_field`]: value });
}

describe('comparisons', () => {
  it.each<[string, unknown, ComparisonOperator, FilterValue, boolean]>([
    ['bigint', '9007199254740993', 'gt', '9007199254740992', true],
    ['bigint', '-10', 'lt', '-9', true],
    ['decimal', '1.50', 'eq', '1.5', true],
    ['decimal', '0.30000000000000000001', 'gt', '0.3', true],
    ['decimal', '-0.5', 'lt', '-0.25', true],
    ['decimal', '1e2', 'eq', '100', true],
    ['decimal', 'NaN', 'gt', '100', true],
    ['int', 5, 'eq', '5', true],
    ['int', 10, 'gt', 9, true],
    ['float', Number.NaN, 'gt', 1e300, true],
    ['boolean', false, 'lt', true, true],
    ['uuid', '10000000-0000-0000-0000-00000000000a', 'eq', '10000000-0000-0000-0000-00000000000A', true],
    ['timestamp', '2026-01-01T00:00:00.000Z', 'eq', '2026-01-01T02:00:00+02:00', true],
    ['timestamp', '2026-01-01T00:00:00.000Z', 'lt', '2026-01-01T00:00:00.001Z', true],
    ['date', '2026-01-02', 'gt', '2026-01-01', true],
    ['string', 'b', 'gt', 'a', true],
    ['string', 'Z', 'lt', 'a', true],
    ['string', '\u{1F600}', 'gt', '\uFF5E', true],
    ['string', '\u{1F600}', 'lt', '\u{1F601}', true],
    ['string', 'ab', 'gt', 'a', true],
    ['string', null, 'ne', 'a', false],
  ])('%s %s %s %s: %s', (type, value, operator, operand, expected) => {
    expect(compare(type, value, [operator, operand])).toBe(expected);
  });

  it('refuses to compare what has no equality', () => {
    expect(() => compare('json', {}, ['eq', 'a'])).toThrow(/json/);
  });

  it('sees no value in what a record inherits', () => {
    const inherited = { ...field('string'), name: 'constructor' };
    expect(matches({ kind: 'isNull', field: inherited, isNull: true }, {})).toBe(true);
  });
});

describe('text operators', () => {
  const text = (value: string, pattern: string, ignoreCase = false): boolean =>
    matches(
      { kind: 'text', field: field('string'), operator: 'like', value: pattern, ignoreCase },
      { string_field: value },
    );

  it.each<[string, string, boolean]>([
    ['abc', 'a%', true],
    ['abc', 'a_c', true],
    ['abc', 'b', false],
    ['', '%', true],
    ['', '_', false],
    ['a%c', 'a\\%c', true],
    ['abc', 'a\\%c', false],
    ['a\\c', 'a\\\\c', true],
    ['abc', 'abc\\', false],
    ['aXbXc', 'a%X%c', true],
    ['\u{1F600}', '_', true],
    ['a.c', 'a.c', true],
    ['abc', 'a.c', false],
  ])('%j like %j: %s', (value, pattern, expected) => {
    expect(text(value, pattern)).toBe(expected);
  });

  it('ignores case on demand', () => {
    expect([text('ABC', 'a%'), text('ABC', 'a%', true)]).toEqual([false, true]);
  });

  it('agrees with a regular expression on small patterns', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const patterns = fc.string({ unit: fc.constantFrom('a', 'b', '%', '_'), maxLength: 8 });
    fc.assert(
      fc.property(letters, patterns, (value, pattern) => {
        const expression = new RegExp(`^${pattern.replaceAll('%', '.*').replaceAll('_', '.')}$`);
        expect(text(value, pattern)).toBe(expression.test(value));
      }),
    );
  });

  it('does not blow up on a pattern made to', () => {
    expect(text('a'.repeat(5_000), `${'%a'.repeat(500)}%b`)).toBe(false);
  });
});

/** The plainest possible reading of SQL's logic: 0 false, 0.5 unknown, 1 true. */
function naive(filter: Filter, value: number | null): number {
  switch (filter.kind) {
    case 'all':
      return Math.min(1, ...filter.filters.map((part) => naive(part, value)));
    case 'any':
      return Math.max(0, ...filter.filters.map((part) => naive(part, value)));
    case 'not':
      return 1 - naive(filter.filter, value);
    case 'isNull':
      return Number((value === null) === filter.isNull);
    case 'in':
      if (filter.values.length === 0) return Number(filter.negated);
      return value === null ? 0.5 : Number(filter.values.includes(value) !== filter.negated);
    case 'compare': {
      if (value === null) return 0.5;
      const operand = Number(filter.value);
      const holds = {
        eq: value === operand,
        ne: value !== operand,
        gt: value > operand,
        gte: value >= operand,
        lt: value < operand,
        lte: value <= operand,
      };
      return Number(holds[filter.operator]);
    }
    default:
      throw new Error(`${filter.kind} is not generated`);
  }
}

const number = fc.integer({ min: 0, max: 2 });
const INT = field('int');
const { tree } = fc.letrec<{ tree: Filter }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      kind: fc.constant('compare' as const),
      field: fc.constant(INT),
      operator: fc.constantFrom<ComparisonOperator>('eq', 'ne', 'gt', 'gte', 'lt', 'lte'),
      value: number,
    }),
    fc.record({
      kind: fc.constant('in' as const),
      field: fc.constant(INT),
      values: fc.array(number, { maxLength: 2 }),
      negated: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('isNull' as const), field: fc.constant(INT), isNull: fc.boolean() }),
    fc.record({ kind: fc.constant('not' as const), filter: tie('tree') }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      filters: fc.array(tie('tree'), { maxLength: 3 }),
    }),
  ),
}));

it('follows the logic of three values', () => {
  fc.assert(
    fc.property(tree, fc.option(number), (filter, value) => {
      expect(matches(filter, { int_field: value })).toBe(naive(filter, value) === 1);
    }),
    { numRuns: 500 },
  );
});
