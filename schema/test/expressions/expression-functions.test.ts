import { describe, expect, it } from 'vitest';
import { evaluate } from '../support/expression-fixture.ts';

describe('functions of expressions', () => {
  it.each([
    ['abs(-3)', 3],
    ['abs(3)', 3],
    ['abs(-0.5)', 0.5],
    ['abs(null)', null],
    ["lower('ABC')", 'abc'],
    ["'ABC'.toLowerCase()", 'abc'],
    ['lower(record.title)', null],
    ['record.title.toLowerCase()', null],
    ["upper('straße')", 'STRASSE'],
    ["'abc'.toUpperCase()", 'ABC'],
    ["trim('  a b ')", 'a b'],
    ["'  a '.trim()", 'a'],
    ["startsWith('abc', 'ab')", true],
    ["'abc'.startsWith('b')", false],
    ["record.title.startsWith('b')", false],
    ["startsWith('abc', null)", false],
    ["endsWith('abc', 'bc')", true],
    ["'abc'.endsWith('ab')", false],
    ["len('abc')", 3],
    ["len('a\u{1F600}')", 2],
    ['len([1, 2])', 2],
    ['len(record.details)', 4],
    ['len(null)', null],
    ['len(record.title) < 5', false],
    ["matches('abc', '^a.c$')", true],
    ["matches('xabcx', 'abc')", true],
    ["matches('abc', '^b')", false],
    ["matches('12-34', '^\\\\d+-\\\\d+$')", true],
    ["matches(null, 'a')", false],
    ["matches('ÄB', '(?i)^äb$')", true],
    ["record.details.colour.toLowerCase().startsWith('bl')", true],
    ["lower(trim('  X '))", 'x'],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it.each([
    ['lower([5][0])', 'lower() does not take a number'],
    ["abs(['5'][0])", '"abs" does not take a text'],
    ["startsWith([5][0], 'a')", 'startsWith() does not take a number'],
    ["matches([[1]][0], 'a')", 'matches() does not take a list'],
    ['len([5][0])', 'a number has no length'],
    ["date('yesterday')", '"yesterday" is no date'],
    ['date([true][0])', 'a boolean is no date'],
    ['5 in [5][0]', 'Nothing can be in a number'],
    ["record.quantity.toString == 'x'", 'A value of type int has no "toString" (at 16)'],
  ])('%s fails', (text, message) => {
    expect(() => evaluate(text)).toThrow(expect.objectContaining({ name: 'ExpressionError', message }));
  });
});

describe('dates in expressions', () => {
  it.each([
    ['record.starts_at < record.ends_at', true],
    ['record.starts_at < now', true],
    ['record.ends_at > now()', true],
    ['now == now()', true],
    ['new Date() == now', true],
    ["record.starts_at == '2024-02-29T01:00:00+02:00'", true],
    ["record.starts_at >= '2024-02-28'", true],
    ["record.starts_at > '2024-02-29'", false],
    ["'2024-02-29' == record.due", true],
    ["record.due == date('2024-02-29T00:00:00Z')", true],
    ["new Date(record.due) < new Date('2024-03-01')", true],
    ['record.due < now', true],
    ["record.due in ['2024-02-28', '2024-02-29']", true],
    ["record.due > 'soon'", false],
    ["record.due == 'soon'", false],
    ['record.due == 5', false],
    ['record.due > 5', false],
    ['date(null)', null],
    ['date(old.due) < now', false],
    ['record.ends_at - record.starts_at', 95_400_500],
    ['(record.ends_at - record.starts_at) / 3600000 > 26', true],
    ["date('2024-03-01') - date('2024-02-28')", 172_800_000],
    ['now - 86400000 == record.due', true],
    ['record.due + 86400000', '2024-03-01T00:00:00.000Z'],
    ['date(0)', '1970-01-01T00:00:00.000Z'],
    ['new Date(record.due).getTime()', 1_709_164_800_000],
    ['old.due.getTime()', null],
    ['record.due', '2024-02-29'],
    ['now', '2024-03-01T00:00:00.000Z'],
    ['now ? 1 : 2', 1],
    ['now.getTime() % 1000', 0],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it.each([
    'now + now',
    'now * 2',
    '5 - now',
    'now + null',
    'now + 1e300',
    'now + 9e15',
    '-now',
    'date(9e15)',
  ])('%s fails', (text) => {
    expect(() => evaluate(text)).toThrow(expect.objectContaining({ name: 'ExpressionError' }));
  });

  it('takes rows that hold Date objects', () => {
    expect(evaluate('record.starts_at < now', { record: { starts_at: new Date(0) } })).toBe(true);
  });
});
