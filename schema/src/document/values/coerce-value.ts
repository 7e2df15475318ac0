import type { ScalarType } from '../../model/app-model.ts';
import { isRawNumber, type RawNumber } from '../../values/exact-json.ts';
import type { JsonValue } from '../types.ts';
import { decimalText, fractionDigits, wholeDigits } from './decimal-text.ts';
import { dateText, timestampText } from './instants.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^-?\d{1,19}$/;
const INT_MAX = 2_147_483_647;
const BIGINT_MAX = 9_223_372_036_854_775_807n;
/** Total digits of a decimal whose scale is declared: `NUMERIC(18, scale)`. */
const DECIMAL_DIGITS = 18;

/** What a value must fit. */
export interface ValueType {
  readonly type: ScalarType;
  /** Digits behind the point that are stored, for a decimal. */
  readonly scale?: number | undefined;
}

export type CoercedValue =
  | { readonly ok: true; readonly value: JsonValue }
  /** `expected` completes "must be ...". */
  | { readonly ok: false; readonly expected: string };

const EXPECTED: Readonly<Record<ScalarType, string>> = {
  string: 'a text',
  int: 'an integer of 32 bits',
  bigint: 'an integer of 64 bits, as a number or as text',
  float: 'a number',
  decimal: 'a decimal number, as a number or as text',
  boolean: 'true or false',
  uuid: 'a UUID',
  timestamp: 'an ISO 8601 timestamp',
  date: 'a date YYYY-MM-DD',
  json: 'a JSON value',
  file: 'the id of a file, or an object that describes one',
};

/**
 * A value of a document (default, sample row, condition) in the form it is bound to SQL: text for bigint, decimal,
 * uuid, date and timestamp, native otherwise. Nothing is guessed: `"42"` is no integer and `1` no boolean.
 * Null is not a value of any type; callers decide about it first.
 */
export function coerceValue(of: ValueType, value: JsonValue): CoercedValue {
  const coerced = isRawNumber(value) ? coerceExact(of, value) : coerce(of, value);
  if (coerced !== null) return { ok: true, value: coerced };
  return { ok: false, expected: expectedOf(of, value) };
}

function expectedOf({ type, scale }: ValueType, value: JsonValue | RawNumber): string {
  if (type === 'decimal' && scale !== undefined && decimalText(value) !== null) {
    return `a decimal number of at most ${DECIMAL_DIGITS - scale} digits before the point`;
  }
  return isRawNumber(value) ? (EXPECTED_OF_EXACT[type] ?? EXPECTED[type]) : EXPECTED[type];
}

/** Where the number is beyond a double, which says more than the type alone. */
const EXPECTED_OF_EXACT: Partial<Readonly<Record<ScalarType, string>>> = {
  float: 'a number that a double can hold',
  json: 'a number that a double holds exactly: write it as text',
};

/** A number that a double would round. Documents are copied between threads, which would lose it, so none is left. */
function coerceExact(of: ValueType, number: RawNumber): JsonValue {
  switch (of.type) {
    case 'bigint':
      return bigintText(wholeText(decimalText(number)));
    case 'float':
      return floatOf(number);
    case 'decimal':
      return boundedDecimal(number, of.scale);
    case 'string':
    case 'int':
    case 'boolean':
    case 'uuid':
    case 'timestamp':
    case 'date':
    case 'json':
    case 'file':
      return null;
  }
}

/** `5.0` is `5`; null where digits behind the point count. */
function wholeText(decimal: string | null): string | null {
  return decimal === null || fractionDigits(decimal) > 0 ? null : (decimal.split('.')[0] ?? null);
}

/** The nearest double; null beyond the largest and where only zero would be left. */
function floatOf({ rawJSON }: RawNumber): number | null {
  const value = Number(rawJSON);
  const isLost = value === 0 && /[1-9]/.test(rawJSON.split(/e/i)[0] ?? '');
  return Number.isFinite(value) && !isLost ? value : null;
}

function coerce(of: ValueType, value: JsonValue): JsonValue {
  switch (of.type) {
    case 'string':
      return typeof value === 'string' ? value : null;
    case 'int':
      return Number.isInteger(value) && isWithin(value, INT_MAX) ? value : null;
    case 'bigint':
      return bigintText(value);
    case 'float':
      return typeof value === 'number' ? value : null;
    case 'decimal':
      return boundedDecimal(value, of.scale);
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'uuid':
      return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null;
    case 'timestamp':
      return timestampText(value);
    case 'date':
      return dateText(value);
    case 'json':
      return value;
    case 'file':
      return fileReference(value);
  }
}

function isWithin(value: JsonValue, max: number): boolean {
  return typeof value === 'number' && value <= max && value >= -max - 1;
}

/** A plain number beyond 2^53 may have been rounded by whoever parsed it, so it must be given exactly, or as text. */
function bigintText(value: JsonValue): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(BigInt(value)) : null;
  if (typeof value !== 'string' || !INTEGER.test(value)) return null;
  const number = BigInt(value);
  return number <= BIGINT_MAX && number >= -BIGINT_MAX - 1n ? number.toString() : null;
}

function boundedDecimal(value: JsonValue | RawNumber, scale: number | undefined): string | null {
  const text = decimalText(value);
  if (text === null || scale === undefined) return text;
  return wholeDigits(text) <= DECIMAL_DIGITS - scale ? text : null;
}

function fileReference(value: JsonValue): JsonValue {
  if (typeof value === 'string') return UUID.test(value) ? value.toLowerCase() : null;
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}
