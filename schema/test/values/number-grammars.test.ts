/** Which forms of a number each context takes, side by side: documents, operands of filters, inputs of writes, keys. */
import { describe, expect, it } from 'vitest';
import {
  decimalExcess,
  documentDecimal,
  inputDecimal,
  operandDecimal,
  storedDecimal,
} from '../../src/values/decimals.ts';
import { rawNumber } from '../../src/values/exact-json.ts';
import { documentDouble, nearestDouble } from '../../src/values/floats.ts';
import {
  documentBigint,
  inputBigint,
  integerKey,
  isInt32,
  operandBigint,
} from '../../src/values/integers.ts';

const zeros = (count: number) => '0'.repeat(count);

describe('integers', () => {
  it.each([
    [2_147_483_647, true],
    [-2_147_483_648, true],
    [2_147_483_648, false],
    [1.5, false],
    ['1', false],
    [rawNumber('1'), false],
  ])('of 32 bits are plain numbers: %o', (value, expected) => {
    expect(isInt32(value)).toBe(expected);
  });

  it.each<[value: unknown, inDocuments: string | null, inRequests: string | null]>([
    ['9223372036854775807', '9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', null, null],
    [rawNumber('-9223372036854775809'), null, null],
    [rawNumber('9007199254740993.0'), '9007199254740993', '9007199254740993'],
    [rawNumber('9.007199254740993e15'), '9007199254740993', '9007199254740993'],
    [rawNumber('1.00000000000000000001'), null, null],
    ['-007', '-7', '-7'],
    ['+7', null, '7'],
    [2 ** 53, null, '9007199254740992'],
    [`${zeros(19)}1`, null, null],
    ['1.0', null, null],
    ['', null, null],
    [true, null, null],
    [null, null, null],
  ])('of 64 bits are numbers or texts: %o', (value, inDocuments, inRequests) => {
    expect(documentBigint(value)).toBe(inDocuments);
    expect([operandBigint(value), inputBigint(value)]).toEqual([inRequests, inRequests]);
  });

  it.each([
    ['2147483647', '2147483647', '2147483647'],
    ['-2147483649', null, '-2147483649'],
    ['-9223372036854775808', null, '-9223372036854775808'],
    ['9223372036854775808', null, null],
    ['-0', '0', '0'],
    ['007', null, null],
    ['+7', null, null],
    ['7.0', null, null],
    ['1'.repeat(100_000), null, null],
  ])('that are keys have one spelling: %s', (text, int, bigint) => {
    expect([integerKey(text, 'int'), integerKey(text, 'bigint')]).toEqual([int, bigint]);
  });
});

type Three = [value: unknown, inDocuments: string | null, operand: string | null, input: string | null];

describe('decimals', () => {
  it.each<Three>([
    ['+007.50', '7.50', '7.50', '7.5'],
    ['-0.00', '0.00', '0.00', '0'],
    [1e-7, '0.0000001', '0.0000001', '0.0000001'],
    [1e21, `1${zeros(21)}`, `1${zeros(21)}`, `1${zeros(21)}`],
    [5e-324, `0.${zeros(323)}5`, `0.${zeros(323)}5`, `0.${zeros(323)}5`],
    [rawNumber('1.50e3'), '1500', '1500', '1500'],
    [rawNumber('1.50e1'), '15.0', '15.0', '15'],
    [rawNumber('1.50e+0001'), '15.0', '15.0', '15'],
    ['.5', null, '0.5', '0.5'],
    ['-5.', null, '-5', '-5'],
    ['.', null, null, null],
    ['', null, null, null],
    ['1e5', null, null, null],
    ['0x10', null, null, null],
    [Number.NaN, null, null, null],
    [true, null, null, null],
    [rawNumber('1e308'), `1${zeros(308)}`, `1${zeros(308)}`, `1${zeros(308)}`],
    [rawNumber('1e309'), null, null, `1${zeros(309)}`],
    [rawNumber('1e1001'), null, null, null],
    [`1${zeros(999)}`, `1${zeros(999)}`, `1${zeros(999)}`, `1${zeros(999)}`],
    [`1${zeros(1_000)}`, null, null, `1${zeros(1_000)}`],
  ])('keep their digits: %o', (value, inDocuments, operand, input) => {
    expect([documentDecimal(value), operandDecimal(value), inputDecimal(value)]).toEqual([
      inDocuments,
      operand,
      input,
    ]);
  });

  it.each([
    ['0.123456789012345678', 18, null],
    ['1.5', 18, { digits: 'whole', max: 0 }],
    ['1.505', 2, { digits: 'fraction', max: 2 }],
    ['12345678901234567', 2, { digits: 'whole', max: 16 }],
    [`1${zeros(998)}.5`, undefined, null],
    [`1${zeros(999)}.5`, undefined, { digits: 'all', max: 1_000 }],
  ])('fit their column or say what is too long: %s in %s', (text, scale, expected) => {
    expect(decimalExcess(text, scale)).toEqual(expected);
  });

  it.each([
    ['1.50', undefined, '15e-1'],
    ['1.5', 0, '2e-0'],
    ['-0.4', 0, '0e-0'],
  ])('are stored alike when they are equal: %s in %s', (text, scale, expected) => {
    expect(storedDecimal(text, scale)).toBe(expected);
  });
});

describe('floats', () => {
  it.each([
    [1.5, 1.5, 1.5],
    [rawNumber('0.12345678901234567890123'), 0.12345678901234568, 0.12345678901234568],
    [rawNumber('1e-400'), null, 0],
    [rawNumber('1e400'), null, null],
    ['1', null, null],
  ])('are the nearest double: %o', (value, inDocuments, inRequests) => {
    expect([documentDouble(value), nearestDouble(value)]).toEqual([inDocuments, inRequests]);
  });
});
