import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../src/index.ts';
import { evaluate, faultOf } from '../support/expression-fixture.ts';

describe('hostile expressions', () => {
  it.each([
    'record.constructor',
    'record.__proto__.x',
    "record['__proto__']",
    'record.hasOwnProperty',
    "''.constructor.constructor('return 1')()",
    "''.constructor",
    "'a'.constructor('x')",
    '[].includes.call',
    "[]['constructor']",
    '[].push(1)',
    'this',
    'this.record',
    'globalThis',
    'process.exit()',
    'require("fs")',
    'import("fs")',
    'eval("1")',
    'Function("return 1")()',
    'new Function("return 1")',
    'record = 1',
    'record.status = "x"',
    'record.quantity += 1',
    'record.quantity++',
    '--record.quantity',
    'x => x',
    '() => 1',
    'function () {}',
    '`template`',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is tested
    '`${record}`',
    'len`x`',
    '1 // comment',
    '1 /* comment */',
    '/a+/.test("a")',
    '{}',
    '({a: 1})',
    '[...record.tags]',
    'record.status; 1',
    '1, 2',
    '(1, 2)',
    'typeof record',
    'void 0',
    'delete record.status',
    'record instanceof Object',
    '2 ** 3',
    '1 << 2',
    '1 & 2',
    '1 | 2',
    '~1',
    '1n',
    '0x10',
    'len(record.status)()',
    "record['len'](1)",
    'réc',
    '\u00a01',
    '1\u2028+ 1',
    '\\u0061',
    '#x',
    '@x',
  ])('%s is refused', (text) => {
    expect(faultOf(text)).not.toBeNull();
  });

  it.each([
    "record.details['__proto__']",
    "record.details['con' + 'structor']",
    'record.details.constructor',
    'record.details.__proto__.polluted',
    "record['__pro' + 'to__']",
    "record['con' + 'structor']",
    "record.tags['con' + 'structor']",
    "record.tags['__pro' + 'to__']",
    "record.details.colour['len' + 'gth']",
    "(record ?? 1)['digits']",
    "[record.big][0]['digits']",
    "[now][0]['milliseconds']",
    'old.total',
  ])('%s is null', (text) => {
    expect(evaluate(text)).toBeNull();
  });

  it('reads own properties of any name, and no others', () => {
    const details = JSON.parse('{"__proto__": {"a": 1}, "constructor": 5}');
    expect(evaluate('record.details.__proto__.a + record.details.constructor', { record: { details } })).toBe(
      6,
    );
    const record = Object.create({ status: 'inherited' });
    expect(evaluate('record.status', { record })).toBeNull();
    expect(evaluate('action', Object.create({ action: 'x' }))).toBe('create');
  });

  it.each(['(', '[', '!', '- ', 'not ', 'len(', 'record.tags[', '1 ? ', '1 ? 1 : '])(
    'nesting by %s is bounded',
    (opening) => {
      const closings: Readonly<Record<string, string>> = {
        '(': ')',
        '[': ']',
        'len(': ')',
        'record.tags[': ']',
      };
      const nested = (depth: number) => {
        const end = opening === '1 ? ' ? ' : 1' : (closings[opening] ?? '');
        return `${opening.repeat(depth)}1${end.repeat(depth)}`;
      };
      expect(parseExpression(nested(50)).ok).toBe(true);
      expect(faultOf(nested(51))).toContain('More than 50 levels within each other');
      expect(parseExpression(opening.repeat(Math.floor(4_096 / opening.length))).ok).toBe(false);
    },
  );

  it('bounds chains, which have no nesting', () => {
    expect(evaluate(`1${'+1'.repeat(250)}`)).toBe(251);
    expect(faultOf(`1${'+1'.repeat(251)}`)).toContain('More than 250 operators in a row');
    expect(faultOf(`record${'.a'.repeat(2_000)}`)).toContain('More than 250 operators in a row');
    expect(faultOf(`record${'()'.repeat(2_000)}`)).toContain('Only functions with a name');
  });

  it('bounds the text, in bytes', () => {
    const wide = (length: number) => `'${'\u20ac'.repeat(length)}'`;
    expect(parseExpression(wide(1_364)).ok).toBe(true);
    expect(parseExpression(wide(1_365)).ok).toBe(false);
    expect(parseExpression(' '.repeat(1_000_000))).toEqual({
      ok: false,
      fault: { message: 'Longer than 4096 bytes', position: 0 },
    });
    expect(parseExpression('('.repeat(1_000_000)).ok).toBe(false);
  });
});
