import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExpression, compileExpression, ExpressionError, parseExpression } from '../../src/index.ts';
import { evaluate, faultOf, SCOPE, VARIABLES } from '../support/expression-fixture.ts';

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

describe('work of an evaluation', () => {
  const title = (length: number) => ({
    record: { title: 'a'.repeat(length), tags: Array(length).fill('a') },
  });

  it('runs patterns in proportion to the text', async ({ annotate }) => {
    const started = performance.now();
    const exploding = { record: { title: `${'a'.repeat(50_000)}!` } };
    expect(evaluate("matches(record.title, '(a+)+$')", exploding)).toBe(false);
    await annotate(`(a+)+$ on 50,000 characters: ${(performance.now() - started).toFixed(1)} ms`);
  });

  it.each([
    ["matches(record.title, '(a|b)*a(a|b){12}$')", 50_000],
    ["matches(record.title, 'a')", 300_000],
    ["lower(record.title) + '!'", 100_000],
    [`${Array(60).fill("'x' in record.tags").join(' || ')}`, 10_000],
    [`${Array(60).fill('record.tags == record.tags').join(' && ')}`, 10_000],
    [`${Array(60).fill('record.title < record.title').join(' || ')}`, 10_000],
    [`${Array(60).fill('len(record.title) == 1').join(' || ')}`, 10_000],
    ['record.title + record.title', 60_000],
  ])('%s of %i characters is too much', (text, length) => {
    expect(() => evaluate(text, title(length))).toThrow(ExpressionError);
  });

  it('takes what is within bounds', () => {
    expect(evaluate('len(record.title + record.title)', title(40_000))).toBe(80_000);
    expect(evaluate("'x' in record.tags", title(100_000))).toBe(false);
  });
});

describe('random expressions', () => {
  const TOKENS = (
    'record old action now user related nil null undefined true false and or not in === == != !== < <= > >= && || ! ' +
    '?? ? : + - * / % ( ( ) ) [ ] , . ?. .total .title .big .starts_at .due .tags .details .length .includes( ' +
    '.toLowerCase() .startsWith( .getTime() .constructor .__proto__ len( lower( abs( date( now() new Date( ' +
    "matches( 'a' '^a+$' '2024-01-01' 0 1 2.5 1e300 1e-300 9223372036854775808 ['a',1] [0] ['total'] this = => ` ;"
  ).split(' ');
  const OPERANDS = (
    'record.total record.big record.title record.status record.due record.starts_at record.tags record.details now ' +
    "user.roles related.lines old.total null true 0 2.5 1e300 'a' '2024-01-01' [1,'a'] action record record.ratio"
  ).split(' ');
  const OPERATORS = '== != < <= > >= && || ?? + - * / % in and or'.split(' ');

  const tokens = fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }).map((parts) => parts.join(' '));
  const { tree } = fc.letrec<{ tree: string }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constantFrom(...OPERANDS),
      fc
        .tuple(tie('tree'), fc.constantFrom(...OPERATORS), tie('tree'))
        .map((parts) => `(${parts.join(' ')})`),
      fc
        .tuple(fc.constantFrom('!', '-', 'not '), tie('tree'))
        .map(([operator, part]) => `${operator}(${part})`),
      fc.tuple(tie('tree'), tie('tree'), tie('tree')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
      fc
        .tuple(fc.constantFrom('len', 'lower', 'trim', 'abs', 'date', 'new Date'), tie('tree'))
        .map(([name, part]) => `${name}(${part})`),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a}).includes(${b})`),
      fc.tuple(tie('tree'), tie('tree')).map(([a, b]) => `(${a})[${b}]`),
    ),
  }));

  /** @returns true when the text has a value */
  function run(text: string): boolean {
    const parsed = parseExpression(text);
    if (!parsed.ok || checkExpression(parsed.expression, SCOPE).length > 0) return false;
    try {
      const value = compileExpression(parsed.expression, SCOPE)(VARIABLES);
      expect(typeof value !== 'number' || Number.isFinite(value)).toBe(true);
      return true;
    } catch (error) {
      expect(error).toBeInstanceOf(ExpressionError);
      return false;
    }
  }

  it.for([
    ['tokens', tokens],
    ['trees', tree],
  ] as const)(
    'of %s have a value, a fault or an error of their own',
    { timeout: 120_000 },
    async ([, texts], { annotate }) => {
      let worst = { milliseconds: 0, text: '' };
      let values = 0;
      fc.assert(
        fc.property(texts, (text) => {
          const started = performance.now();
          if (run(text)) values += 1;
          const milliseconds = performance.now() - started;
          if (milliseconds > worst.milliseconds) worst = { milliseconds, text };
        }),
        { numRuns: 20_000 },
      );
      await annotate(
        `${values} have a value; the longest took ${worst.milliseconds.toFixed(1)} ms: ${worst.text}`,
      );
      expect(values).toBeGreaterThan(100);
    },
  );
});
