/**
 * Numbers of a document that a double would round: kept exactly where a field says how, refused with their place
 * elsewhere.
 */
import { describe, expect, it } from 'vitest';
import { parseDocumentText } from '../../src/document/parse-text.ts';
import type { JsonValue } from '../../src/document/types.ts';
import { isRawNumber, rawNumber } from '../../src/values/exact-json.ts';
import { APP, entity, KEY, manyToMany } from '../support/document-fixture.ts';

const BIG = '12345678901234567890';

function read(document: object) {
  return parseDocumentText(JSON.stringify({ version: 1, ...document }), APP);
}

/** A document that has a number of this text as the default of a field of this type, and in a sample row. */
function withNumber(type: string, text: string) {
  return withValue(type, exact(text));
}

function withValue(type: string, value: JsonValue) {
  return {
    entities: [entity('a', [{ name: 'x', type, default: value }])],
    sample_data: { a: [{ x: value }] },
  };
}

/** As the parser makes it: no JSON value of the type's, though it stands for one. */
function exact(text: string): JsonValue {
  return rawNumber(text) as unknown as JsonValue;
}

function faults(document: object): readonly (readonly [string, string, string | undefined])[] {
  const result = read(document);
  return result.ok ? [] : result.faults.map(({ path, message, hint }) => [path, message, hint]);
}

function holdsRawNumber(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return isRawNumber(value) || Object.values(value).some(holdsRawNumber);
}

describe('exact numbers of a document', () => {
  it.each([
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['bigint', '-9223372036854775808', '-9223372036854775808'],
    ['bigint', '9007199254740993.0', '9007199254740993'],
    ['bigint', '9.007199254740993e15', '9007199254740993'],
    ['decimal', `${BIG}.1234567890`, `${BIG}.1234567890`],
    ['decimal', '1.234567890123456789e5', '123456.7890123456789'],
    ['decimal', '-1.234567890123456789e-3', '-0.001234567890123456789'],
    ['float', '0.1000000000000000055511151231257827', 0.1],
    ['float', BIG, Number(BIG)],
  ])('%s takes %s as %s', (type, text, expected) => {
    const result = read(withNumber(type, text));
    expect(result).toMatchObject({
      document: {
        entities: [{ fields: [{}, { default: expected }] }],
        sample_data: { a: [{ x: expected }] },
      },
    });
    expect(holdsRawNumber(result)).toBe(false);
  });

  it.each([
    ['bigint', '9223372036854775808'],
    ['bigint', '9007199254740993.5'],
    ['decimal', '1e400'],
    ['decimal', '1e-100000'],
    ['float', '1e400'],
    ['float', '1e-400'],
    ['int', BIG],
    ['json', BIG],
    ['string', BIG],
    ['file', BIG],
    ['boolean', BIG],
  ])('%s refuses %s, with both places', (type, text) => {
    expect(faults(withNumber(type, text)).map(([path]) => path)).toEqual([
      '$.entities[0].fields[1].default',
      '$.sample_data.a[0].x',
    ]);
  });

  it('stay exact in the columns of a join table', () => {
    const keyed = {
      ...entity('a'),
      primary_key: { field: 'id', type: 'bigint' },
      fields: [{ name: 'id', type: 'bigint' }],
    };
    const result = read({
      entities: [keyed],
      relations: [manyToMany('links', ['a', 'a'])],
      sample_data: { links: [{ left_id: rawNumber('9007199254740993'), right_id: 1 }] },
    });
    expect(result).toMatchObject({
      document: { sample_data: { links: [{ left_id: '9007199254740993', right_id: '1' }] } },
    });
  });

  it('are refused inside a json value, which cannot say how to keep them', () => {
    const document = withValue('json', { deep: [exact(BIG)] });
    const message = `The number ${BIG} would be rounded`;
    expect(faults(document)).toEqual([
      ['$.entities[0].fields[1].default.deep[0]', message, 'Write it as text'],
      ['$.sample_data.a[0].x.deep[0]', message, 'Write it as text'],
    ]);
  });

  it('are refused in every other place, known or not', () => {
    const number = rawNumber(BIG);
    const condition = { field: 'big', operator: 'eq', value: number };
    const document = {
      description: number,
      entities: [
        { ...entity('a', [{ ...KEY('big'), type: 'bigint' }]), max_page_size: number, icon: number },
      ],
      permissions: [{ entity: 'a', action: 'read', roles: ['x'], conditions: [condition] }],
      ui_configs: [{ entity: 'a', config: { width: rawNumber('1e400') } }],
      sample_data: { a: [number] },
    };
    expect(faults(document).map(([path]) => path)).toEqual([
      '$.description',
      '$.entities[0].max_page_size',
      '$.entities[0].icon',
      '$.permissions[0].conditions[0].value',
      '$.ui_configs[0].config.width',
      '$.sample_data.a[0]',
    ]);
  });
});

describe('decimals of sample rows', () => {
  const priced = (value: JsonValue) => ({
    entities: [entity('a', [{ name: 'x', type: 'decimal', precision: 2 }])],
    sample_data: { a: [{ x: value }] },
  });

  it.each([12.345, '0.005', -0.005, '12.3456', exact('0.12345678901234567890')])(
    'are refused where their column would round them: %s',
    (value) => {
      const [[path, message] = []] = faults(priced(value));
      expect(path).toBe('$.sample_data.a[0].x');
      expect(message).toContain('more than 2 digits behind the point');
    },
  );

  it('are told how large they may be', () => {
    const [[, message] = []] = faults(priced(exact('12345678901234567890')));
    expect(message).toContain('at most 16 digits before the point');
  });

  it.each(['12.340', 12.3, '-0.10'])('are taken when nothing is lost: %s', (value) => {
    expect(faults(priced(value))).toEqual([]);
  });
});
