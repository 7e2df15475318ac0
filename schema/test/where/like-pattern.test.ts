import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileLike, MAX_PATTERN_LENGTH, matchesLike } from '../../src/filter/like-pattern.ts';

const matchesText = (text: string, pattern: string) => matchesLike(text, compileLike(pattern));

/** The same pattern for an engine that can take for ever. */
function expression(pattern: string): RegExp {
  const parts = pattern.match(/\\?./gsu) ?? [];
  const source = parts.map((part) => {
    if (part === '%') return '.*';
    if (part === '_') return '.';
    return `\\u{${(part.codePointAt(part.length > 1 && part[0] === '\\' ? 1 : 0) ?? 0).toString(16)}}`;
  });
  return new RegExp(`^${source.join('')}$`, 'su');
}

const few = (...units: string[]) => fc.string({ unit: fc.constantFrom(...units), maxLength: 40 });

it('finds what a regular expression finds', () => {
  const text = few('a', 'a', 'b', '😀', '%');
  const pattern = few('a', 'a', 'b', '😀', '%', '%', '_', '\\%', '\\_', '\\a');
  let found = 0;
  fc.assert(
    fc.property(text, pattern, (one, other) => {
      const is = matchesText(one, other);
      if (is) found += 1;
      expect(is).toBe(expression(other).test(one));
    }),
    { numRuns: 5_000 },
  );
  expect(found).toBeGreaterThan(100);
});

it('finds pieces that are longer than a word of bits', () => {
  const piece = 'ab'.repeat(50);
  expect(matchesText(`x${'ab'.repeat(49)}${piece}c`, `%${piece.slice(0, 70)}_${piece.slice(71)}c`)).toBe(
    true,
  );
  expect(matchesText(`x${piece.slice(1)}c`, `%${piece}%`)).toBe(false);
});

it('does not take longer the more of the pattern is nearly found', () => {
  const text = 'a'.repeat(400_000);
  const pattern = compileLike(`%_${'a'.repeat(MAX_PATTERN_LENGTH - 4)}b%`);
  const times = [1, 2, 3].map(() => {
    const beganAt = performance.now();
    expect(matchesLike(text, pattern)).toBe(false);
    return performance.now() - beganAt;
  });
  expect(Math.min(...times)).toBeLessThan(200);
});
