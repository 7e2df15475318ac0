import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkExpression, compileExpression, ExpressionError, parseExpression } from '../../src/index.ts';
import { evaluate, SCOPE, VARIABLES } from '../support/expression-fixture.ts';

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
    ['now in record.tags', 30_000],
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
