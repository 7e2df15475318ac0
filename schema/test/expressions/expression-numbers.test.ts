import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberText, rawNumber } from '../../src/index.ts';
import { evaluate } from '../support/expression-fixture.ts';

function textOf(text: string, record: Readonly<Record<string, unknown>> = {}): string | null {
  return numberText(evaluate(text, { record }));
}

describe('numbers of expressions are exact', () => {
  it.each([
    ['0.1 + 0.2 == 0.3', true],
    ['record.price + record.ratio == 0.3', true],
    ['record.price * 3 == 0.3', true],
    ['1.1 * 1.1 == 1.21', true],
    ['record.big == 9223372036854775807', true],
    ['record.big == 9223372036854775808', false],
    ['record.big < 9223372036854775808', true],
    ['record.big + 1 > record.big', true],
    ['9007199254740993 > 9007199254740992', true],
    ['1 / 3 * 3 == 1', false],
    ['10 / 4 == 2.5', true],
    ['1e400 > 1e399', true],
    ['1e-400 > 0', true],
    ['0 * -1 == 0', true],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toBe(value);
  });

  it.each([
    ['record.x + 1', '9223372036854775807', '9223372036854775808'],
    ['-record.x - 1', '9223372036854775807', '-9223372036854775808'],
    ['record.x * record.x', '9223372036854775807', '85070591730234615847396907784232501249'],
    ['record.x - 1', '9223372036854775808', '9223372036854775807'],
    ['abs(record.x)', '-9223372036854775808', '9223372036854775808'],
    ['record.x + 0.01', '12345678901234567.89', '12345678901234567.9'],
    ['record.x % 10', '9223372036854775807', '7'],
    ['record.x', '1.50', '1.5'],
    ['1 / record.x', '3', '0.33333333333333333333'],
    ['-2 / record.x', '3', '-0.66666666666666666667'],
    ['record.x / 7', '1000000000000', '142857142857.14285714'],
    ['1 / record.x', '12345678901234567890123', '0.000000000000000000000081000000729000006634'],
  ])('%s of %s', (text, big, result) => {
    const isWhole = !big.includes('.');
    const record = isWhole ? { big } : { total: big };
    expect(textOf(text.replaceAll('record.x', isWhole ? 'record.big' : 'record.total'), record)).toBe(result);
  });

  it('joins numbers to texts without an exponent', () => {
    expect(evaluate("'' + 1e21")).toBe('1000000000000000000000');
    expect(evaluate("'' + 0.0000001")).toBe('0.0000001');
    expect(evaluate("'' + record.ratio", { record: { ratio: 1e-9 } })).toBe('0.000000001');
  });

  it('reads exact numbers of JSON', () => {
    const record = { details: { n: rawNumber('9007199254740993') }, tags: [rawNumber('1e400')] };
    expect(textOf('record.details.n + 1', record)).toBe('9007199254740994');
    expect(evaluate('1e400 in record.tags', { record })).toBe(true);
  });

  it.each([
    ['1 / 0', 'Division by zero'],
    ['record.total / 0.0', 'Division by zero'],
    ['5 % 0', 'Remainder of a division by zero'],
    ['1e900 * 1e900', 'A number has more than 1000 digits'],
    ['1e-900 * 1e-900', 'A number has more than 1000 digits'],
    ['null + 1', '"+" does not take null and a number; give what counts in its place by "??"'],
    ['old.price * 2', '"*" does not take null and a number; give what counts in its place by "??"'],
    ["'a' + null", 'A text cannot be joined with null; give what counts in its place by "??"'],
    ["['a'][0] - 1", '"-" does not take a text and a number'],
    ["['2'][0] * 2", '"*" does not take a text and a number'],
    ['[true][0] + 1', '"+" does not take a boolean and a number'],
    ['[[1]][0] + [[2]][0]', '"+" does not take a list and a list'],
    ["'a' + [[1]][0]", 'A text cannot be joined with a list'],
    ['-null', '"-" does not take null; give what counts in its place by "??"'],
    ["-['5'][0]", '"-" does not take a text'],
    ['record.details + 1', '"+" does not take an object and a number'],
  ])('%s fails', (text, message) => {
    expect(() => evaluate(text)).toThrow(expect.objectContaining({ name: 'ExpressionError', message }));
  });

  it('agrees with integers of any size', () => {
    const integer = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n });
    fc.assert(
      fc.property(integer, integer, fc.constantFrom('+', '-', '*', '%'), (a, b, operator) => {
        fc.pre(operator !== '%' || b !== 0n);
        const expected = { '+': a + b, '-': a - b, '*': a * b, '%': b === 0n ? 0n : a % b }[operator];
        expect(textOf(`record.big ${operator} (${b})`, { big: String(a) })).toBe(String(expected));
      }),
    );
  });
});
