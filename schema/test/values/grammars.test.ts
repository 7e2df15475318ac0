/** Which forms of a value each context takes, side by side: documents, operands of filters, inputs of writes. */
import { describe, expect, it } from 'vitest';
import { rawNumber } from '../../src/values/exact-json.ts';
import { dateText, documentTimestamp, inputTimestamp, operandTimestamp } from '../../src/values/instants.ts';
import { inputJsonProblem, operandJsonProblem } from '../../src/values/json-values.ts';
import { textProblem } from '../../src/values/texts.ts';
import { uuidText } from '../../src/values/uuid.ts';

describe('dates and times', () => {
  it.each([
    ['2024-02-29', true],
    ['0001-01-01', true],
    ['2026-02-29', false],
    ['0000-01-01', false],
    ['2026-1-1', false],
    [20_260_101, false],
  ])('have days of the calendar: %o', (value, isDay) => {
    expect(dateText(value)).toBe(isDay ? value : null);
  });

  it.each<[value: unknown, inDocuments: string | null, input: string | null, operand: string | null]>([
    [
      '2026-01-31T12:00:00Z',
      '2026-01-31T12:00:00.000Z',
      '2026-01-31T12:00:00.000Z',
      '2026-01-31T12:00:00.000Z',
    ],
    [
      '2026-01-31t12:00:00.123999+02:00',
      '2026-01-31T10:00:00.123Z',
      '2026-01-31T10:00:00.123Z',
      '2026-01-31T10:00:00.123999Z',
    ],
    ['2026-01-31T12:00:00.1234567Z', '2026-01-31T12:00:00.123Z', '2026-01-31T12:00:00.123Z', null],
    ['2026-01-31', '2026-01-31T00:00:00.000Z', null, null],
    ['2026-01-31 12:00', '2026-01-31T12:00:00.000Z', null, null],
    ['2026-01-31T12:00:00', '2026-01-31T12:00:00.000Z', null, null],
    ['2026-01-31T12:00:00 +0230', '2026-01-31T09:30:00.000Z', null, null],
    ['2026-01-31 12:00:00Z', '2026-01-31T12:00:00.000Z', null, null],
    ['2026-01-31T12:00Z', '2026-01-31T12:00:00.000Z', null, null],
    ['2026-02-30T12:00:00Z', null, null, null],
    ['2026-01-31T24:00:00Z', null, null, null],
    ['2026-01-31T12:00:00+16:00', null, null, null],
    ['0001-01-01T00:00:00+01:00', null, null, null],
    ['now', null, null, null],
    [0, null, null, null],
  ])('are lenient in documents and RFC 3339 in requests: %o', (value, inDocuments, input, operand) => {
    const read = operandTimestamp(value);
    expect([documentTimestamp(value), inputTimestamp(value), read.ok ? read.text : null]).toEqual([
      inDocuments,
      input,
      operand,
    ]);
  });

  it('are finer than the database, or of another form', () => {
    expect(operandTimestamp('2026-01-31T12:00:00.1234567Z')).toEqual({ ok: false, problem: 'fine' });
    expect(operandTimestamp('2026-01-31')).toEqual({ ok: false, problem: 'form' });
  });
});

describe('UUIDs', () => {
  const UUID = 'a0000000-0000-4000-8000-00000000000b';
  it.each([
    [UUID, UUID],
    [UUID.toUpperCase(), UUID],
    [`{${UUID}}`, null],
    [UUID.replaceAll('-', ''), null],
    [`${UUID}\n`, null],
    [5, null],
  ])('have one form: %o', (value, expected) => {
    expect(uuidText(value)).toBe(expected);
  });
});

describe('texts', () => {
  it.each([
    ['', null],
    ['😀', null],
    ['a\0', 'nul'],
    ['a\ud800', 'half-surrogate'],
    ['\ud800\0', 'nul'],
  ])('can be stored or say why not: %j', (text, expected) => {
    expect(textProblem(text)).toBe(expected);
  });
});

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

describe('JSON values', () => {
  it.each([
    [{ a: [1, 'x', null, true, rawNumber('12345678901234567890')] }, null, null],
    [nested(199), null, null],
    [nested(200), 'deep', 'deep'],
    [['a\0'], 'nul', 'nul'],
    [{ '\ud800': 1 }, 'half-surrogate', 'half-surrogate'],
    [[undefined], 'missing', 'missing'],
    [{ a: 5n }, 'missing', 'missing'],
    [[Number.POSITIVE_INFINITY], 'missing', 'missing'],
    [rawNumber('1e1001'), 'range', 'range'],
    [rawNumber('1e1000'), 'range', null],
    [rawNumber(`1${'0'.repeat(1_000)}`), 'range', null],
  ])('are what jsonb can hold, in inputs and in operands: %#', (value, input, operand) => {
    expect([inputJsonProblem(value), operandJsonProblem(value)]).toEqual([input, operand]);
  });
});
