import { describe, expect, it } from 'vitest';
import { searchQuery } from '../../src/filter/search-query.ts';

describe('the query of a search', () => {
  it.each([
    ['fox', 'fox'],
    ['red fox', 'red fox'],
    ['RK-2041', '"RK 2041"'],
    ['-RK-2041 x', '-"RK 2041" x'],
    ['"node.js rocks"', '"node js rocks"'],
    ['"unfinished phr', '"unfinished phr"'],
    ['a"b c"d', 'a "b c" d'],
    ['a or b', 'a or b'],
    ['"or"', '"or"'],
    ['(a)', 'a'],
    ['-"a b"', '-"a b"'],
    ['--a', '-a'],
    ['a\\b^c]d', '"a b c d"'],
    ['café naïve', 'café naïve'],
    ['-'.repeat(1_000), ''],
    [' & | "" -"" !', ''],
  ])('of %j is %j', (text, query) => {
    expect(searchQuery(text)).toBe(query);
  });
});
