/** Values while an expression is evaluated. */
import { isRawNumber, numberText, rawNumber } from '../../values/exact-json.ts';
import { ExpressionError } from '../expression.ts';
import type { ExpressionShape } from '../expression-shape.ts';
import { ExactNumber, type ExpressionNumber, readNumber, writeNumber } from './exact-number.ts';
import { Moment } from './moment.ts';

/** Objects are read by own properties alone. What a list or an object holds is as it was given. */
export type ExpressionValue =
  | null
  | boolean
  | ExpressionNumber
  | string
  | Moment
  | readonly unknown[]
  | object;

export type ValueKind = 'null' | 'boolean' | 'number' | 'text' | 'date' | 'list' | 'object';

export function kindOf(value: ExpressionValue): ValueKind {
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    default:
      if (value === null) return 'null';
      if (value instanceof ExactNumber) return 'number';
      if (value instanceof Moment) return 'date';
      return Array.isArray(value) ? 'list' : 'object';
  }
}

export function isNumber(value: ExpressionValue): value is ExpressionNumber {
  return typeof value === 'number' || value instanceof ExactNumber;
}

/** `a text`, `null`, as messages say it. */
export function kindPhrase(value: ExpressionValue): string {
  return phraseOf(kindOf(value));
}

export function phraseOf(kind: ValueKind): string {
  return kind === 'null' ? kind : `${kind === 'object' ? 'an' : 'a'} ${kind}`;
}

/** As in JavaScript: null, false, zero and the empty text are not. */
export function isTruthy(value: ExpressionValue): boolean {
  return value !== null && value !== false && value !== 0 && value !== '';
}

/** Turns what a row, a payload or JSON holds into a value. */
export type ValueReader = (stored: unknown) => ExpressionValue;

/** The reader for a shape: decimals, integers of 64 bits, dates and timestamps come as texts, and mean what they are. */
export function readerOf(shape: ExpressionShape): ValueReader {
  switch (shape) {
    case 'decimal':
    case 'bigint':
      return (stored) => (typeof stored === 'string' ? (readNumber(stored) ?? stored) : anyValue(stored));
    case 'date':
    case 'timestamp':
      return (stored) => (typeof stored === 'string' ? (Moment.of(stored) ?? stored) : anyValue(stored));
    default:
      return anyValue;
  }
}

/** Of a value whose type nobody knows: a text is a text. */
export function anyValue(stored: unknown): ExpressionValue {
  switch (typeof stored) {
    case 'string':
    case 'boolean':
      return stored;
    case 'number':
      return Number.isFinite(stored) ? stored : null;
    case 'bigint':
      return readNumber(String(stored));
    case 'object':
      if (stored instanceof Date) return Moment.at(stored.getTime());
      return stored !== null && isRawNumber(stored) ? readNumber(numberText(stored) ?? '') : stored;
    default:
      return null;
  }
}

/**
 * What callers get: numbers beyond a double's as `RawNumber`, dates as texts, everything else as it is.
 */
export function plainValue(value: ExpressionValue): unknown {
  if (value instanceof ExactNumber) return rawNumber(writeNumber(value));
  if (value instanceof Moment) return value.text;
  return Array.isArray(value) ? value.map((item) => plainValue(anyValue(item))) : value;
}

/** As `+` joins it to a text. @throws ExpressionError for null, lists and objects */
export function joinedText(value: ExpressionValue): string {
  if (typeof value === 'string') return value;
  if (isNumber(value)) return writeNumber(value);
  if (typeof value === 'boolean') return String(value);
  if (value instanceof Moment) return value.text;
  throw new ExpressionError(`A text cannot be joined with ${kindPhrase(value)}${nullAdvice(value)}`);
}

/** What to do about a null, at the end of a message. */
export function nullAdvice(value: ExpressionValue): string {
  return value === null ? '; give what counts in its place by "??"' : '';
}
