import { describe, expect, it } from 'vitest';
import { isRawNumber, numberText, parseJson } from '../../src/index.ts';

describe('numbers that a double cannot hold', () => {
  it.each([
    '9007199254740993',
    '12345678901234567890',
    '-0.1234567890123456789',
    '1e400',
    '1e-400',
    '1000000000000000000000001',
  ])('%s keeps its text', (source) => {
    const value = parseJson(source);
    expect(isRawNumber(value)).toBe(true);
    expect(numberText(value)).toBe(source);
    expect(JSON.stringify({ a: [value] })).toBe(`{"a":[${source}]}`);
  });

  it.each([
    '0',
    '-0',
    '1.50',
    '150e-1',
    '9007199254740992',
    '0.30000000000000004',
    '1e308',
    '100000000000000000000',
  ])('%s is a plain number', (source) => {
    expect(parseJson(`[${source}]`)).toEqual([Number(source)]);
  });

  it('leaves texts and the order of keys as they are', () => {
    const text = '{"b":"12345678901234567890","a":{"x":[9007199254740993,1]}}';
    expect(JSON.stringify(parseJson(text))).toBe(text);
    const id = '{"id":"0b8e1234-1234-4234-8234-123456789012","__proto__":{"a":1e400}}';
    expect(JSON.stringify(parseJson(id))).toBe(id);
  });

  it('takes linear time for many digits', () => {
    expect(numberText(parseJson(`1${'0'.repeat(100_000)}1`))).toHaveLength(100_002);
  });
});
