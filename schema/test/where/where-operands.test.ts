/** Operands as clients send them: each is exact, or refused with its place. */
import { describe, expect, it } from 'vitest';
import { parseGroupBy } from '../../src/aggregate/parse-group-by.ts';
import { parseJson, rawNumber } from '../../src/values/exact-json.ts';
import { keyValue } from '../../src/where/key-value.ts';
import { parseWhere } from '../../src/where/parse-where.ts';
import { entity, entityOf, model } from '../support/document-fixture.ts';
import { refusal, scopeOf } from '../support/scope-fixture.ts';

const MODEL = model({
  entities: [
    entity('thing', [
      { name: 'whole', type: 'int' },
      { name: 'large', type: 'bigint' },
      { name: 'exact', type: 'decimal', precision: 2 },
      { name: 'real', type: 'float' },
      { name: 'yes', type: 'boolean' },
      { name: 'token', type: 'uuid' },
      { name: 'day', type: 'date' },
      { name: 'at', type: 'timestamp' },
      { name: 'extra', type: 'json' },
    ]),
  ],
});
const THING = entityOf(MODEL, 'thing');
const TOKEN = 'a0000000-0000-4000-8000-00000000000b';
const parse = (where: unknown) => parseWhere(where, THING, scopeOf(MODEL));
const bound = (field: string, value: unknown) => {
  const filter = parse({ [field]: { eq: value } });
  return filter.kind === 'compare' ? filter.value : filter;
};

describe('operands', () => {
  it.each([
    ['whole', -2_147_483_648, -2_147_483_648],
    ['large', '9223372036854775807', '9223372036854775807'],
    ['large', rawNumber('9223372036854775807'), '9223372036854775807'],
    ['large', 12, '12'],
    ['large', '+007', '7'],
    ['exact', rawNumber('0.12345678901234567890123'), '0.12345678901234567890123'],
    ['exact', rawNumber('123456789012345678901234567890'), '123456789012345678901234567890'],
    ['exact', 1e-7, '0.0000001'],
    ['exact', 1e21, '1000000000000000000000'],
    ['exact', '-.5', '-0.5'],
    ['exact', '5.', '5'],
    ['exact', '-0', '0'],
    ['real', rawNumber('0.12345678901234567890123'), 0.12345678901234568],
    ['yes', false, false],
    ['token', TOKEN.toUpperCase(), TOKEN],
    ['day', '0001-01-01', '0001-01-01'],
    ['day', '2024-02-29', '2024-02-29'],
    ['at', '2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000Z'],
    ['at', '2026-01-31t12:00:00.5+02:00', '2026-01-31T10:00:00.500Z'],
    ['at', '2026-01-31T12:00:00.123456Z', '2026-01-31T12:00:00.123456Z'],
    ['at', '2026-01-31T12:00:00.000001-00:30', '2026-01-31T12:30:00.000001Z'],
    ['at', '2026-01-31T12:00:00.123456000Z', '2026-01-31T12:00:00.123456Z'],
    ['at', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['at', '9999-12-31T23:59:59.999999Z', '9999-12-31T23:59:59.999999Z'],
  ])('are bound exactly: %s %o', (field, value, expected) => {
    expect(bound(field, value)).toBe(expected);
  });

  const TIME = 'must be an ISO 8601 timestamp such as 2026-01-31T12:00:00Z';
  const DAY = 'must be a calendar date such as 2026-01-31';
  const DECIMAL = 'must be a decimal number without an exponent';
  it.each([
    ['whole', 2_147_483_648, 'must be an integer of 32 bits'],
    ['whole', 1.5, 'must be an integer of 32 bits'],
    ['whole', '1', 'must be an integer of 32 bits'],
    ['large', '9223372036854775808', 'must be an integer of 64 bits'],
    ['large', rawNumber('1e400'), 'must be an integer of 64 bits'],
    ['large', 1.5, 'must be an integer of 64 bits'],
    ['large', '', 'must be an integer of 64 bits'],
    ['large', true, 'must be an integer of 64 bits'],
    ['exact', rawNumber('1e400'), DECIMAL],
    ['exact', '1e5', DECIMAL],
    ['exact', '.', DECIMAL],
    ['exact', '0x10', DECIMAL],
    ['exact', 'NaN', DECIMAL],
    ['exact', { rawJSON: '1' }, DECIMAL],
    ['exact', '1'.repeat(1_001), DECIMAL],
    ['real', rawNumber('1e400'), 'must be a number'],
    ['real', '1', 'must be a number'],
    ['yes', 'true', 'must be true or false'],
    ['yes', 1, 'must be true or false'],
    ['token', `${TOKEN}}`, 'must be a UUID'],
    ['token', `{${TOKEN}}`, 'must be a UUID'],
    ['token', TOKEN.replaceAll('-', ''), 'must be a UUID'],
    ['day', '31.12.2026', DAY],
    ['day', '2026-02-30', DAY],
    ['day', '0000-01-01', DAY],
    ['day', '-0044-03-15', DAY],
    ['day', '+12026-01-01', DAY],
    ['day', '2026-01-01T00:00:00Z', DAY],
    ['day', 20_260_101, DAY],
    ['at', '2026-01-31', TIME],
    ['at', '2026-01-31T12:00:00', TIME],
    ['at', '2026-01-31 12:00:00Z', TIME],
    ['at', '2026-02-30T12:00:00Z', TIME],
    ['at', '2026-01-31T24:00:00Z', TIME],
    ['at', '2026-01-31T23:59:60Z', TIME],
    ['at', '0000-12-31T23:59:59Z', TIME],
    ['at', '-000044-03-15T12:00:00Z', TIME],
    ['at', '0001-01-01T00:00:00+01:00', TIME],
    ['at', '9999-12-31T23:59:59-01:00', TIME],
    ['at', '2026-01-31T12:00:00+99:00', TIME],
    ['at', 'infinity', TIME],
    ['at', 1_767_225_600_000, TIME],
    ['at', ['2026-01-31T12:00:00Z'], TIME],
    ['at', '2026-01-31T12:00:00.1234567Z', 'must be a timestamp with at most 6 digits of a second'],
  ])('are refused with their place: %s %o', (field, value, message) => {
    for (const [operator, operand, place] of [
      ['gte', value, `where.AND[0].${field}.gte`],
      ['notIn', [value], `where.AND[0].${field}.notIn[0]`],
    ] as const) {
      const refused = refusal(() => parse({ AND: [{ [field]: { [operator]: operand } }] }));
      expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', message: `${place} ${message}` });
      expect(refused.path).toEqual(
        ['where', 'AND', '0', field, operator, '0'].slice(0, operator === 'gte' ? 5 : 6),
      );
    }
  });

  it('of conditions on groups are checked by the type of the number', () => {
    const having = (condition: object) =>
      parseGroupBy({ by: [{ field: 'day' }], having: condition }, THING).having;
    const value = '2026-01-31T12:00:00.000001Z';
    expect(having({ max: { at: { lt: value } } })).toMatchObject({ value });
    expect(having({ sum: { whole: { eq: rawNumber('9007199254740993') } } })).toMatchObject({
      value: '9007199254740993',
    });
    for (const [condition, place] of [
      [{ max: { at: { lt: 'noon' } } }, 'having.max.at.lt'],
      [{ min: { day: { in: ['31.12.2026'] } } }, 'having.min.day.in[0]'],
      [{ sum: { large: { gt: rawNumber('1e400') } } }, 'having.sum.large.gt'],
      [{ count: { gt: 1.5 } }, 'having.count.gt'],
    ] as const) {
      expect(refusal(() => having(condition))).toMatchObject({
        code: 'BAD_USER_INPUT',
        message: expect.stringContaining(`${place} must be`),
      });
    }
  });

  it('within JSON keep their digits', () => {
    const json = (operand: unknown) => parse({ extra: operand });
    const exact = '{"n":12345678901234567890.5}';
    expect(json({ contains: parseJson(exact) })).toMatchObject({ json: exact });
    expect(json({ path: { path: ['n'], gt: rawNumber('9007199254740993') } })).toMatchObject({
      json: '9007199254740993',
    });
    expect(refusal(() => json({ contains: { n: [rawNumber('1e100000')] } }))).toMatchObject({
      code: 'BAD_USER_INPUT',
      message: 'where.extra.contains holds a number that is out of range',
    });
  });
});

describe('keys', () => {
  it('are found by a number of any length', () => {
    const definition = {
      primary_key: { field: 'id', type: 'bigint', generated: true },
      fields: [{ name: 'id', type: 'bigint', required: true }],
    };
    const keyed = model({ entities: [entity('coin', [], definition)] });
    expect(keyValue(entityOf(keyed, 'coin').primaryKey, rawNumber('9007199254740993'))).toBe(
      '9007199254740993',
    );
  });
});
