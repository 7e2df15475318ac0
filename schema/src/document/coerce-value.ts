import type { ScalarType } from '../model/field-model.ts';
import { DECIMAL_DIGITS, documentDecimal, wholeDigits } from '../values/decimals.ts';
import { isRawNumber, type RawNumber } from '../values/exact-json.ts';
import { documentDouble } from '../values/floats.ts';
import { dateText, documentTimestamp } from '../values/instants.ts';
import { documentBigint, isInt32 } from '../values/integers.ts';
import { uuidText } from '../values/uuid.ts';
import type { JsonValue } from './types.ts';

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
  const coerced = coerce(of, value);
  if (coerced !== null) return { ok: true, value: coerced };
  return { ok: false, expected: expectedOf(of, value) };
}

function expectedOf({ type, scale }: ValueType, value: JsonValue | RawNumber): string {
  if (type === 'decimal' && scale !== undefined && documentDecimal(value) !== null) {
    return `a decimal number of at most ${DECIMAL_DIGITS - scale} digits before the point`;
  }
  return isRawNumber(value) ? (EXPECTED_OF_EXACT[type] ?? EXPECTED[type]) : EXPECTED[type];
}

/** What is expected in place of a number that a double cannot hold; says more than the type's name alone. */
const EXPECTED_OF_EXACT: Partial<Readonly<Record<ScalarType, string>>> = {
  float: 'a number that a double can hold',
  json: 'a number that a double holds exactly: write it as text',
};

/** Leaves no `RawNumber`: documents are copied between threads, and a copy would lose the exact digits. */
function coerce(of: ValueType, value: JsonValue | RawNumber): JsonValue {
  switch (of.type) {
    case 'string':
      return typeof value === 'string' ? value : null;
    case 'int':
      return isInt32(value) ? value : null;
    case 'bigint':
      return documentBigint(value);
    case 'float':
      return documentDouble(value);
    case 'decimal':
      return boundedDecimal(value, of.scale);
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'uuid':
      return uuidText(value);
    case 'timestamp':
      return documentTimestamp(value);
    case 'date':
      return dateText(value);
    case 'json':
      return isRawNumber(value) ? null : value;
    case 'file':
      return isRawNumber(value) ? null : fileReference(value);
  }
}

function boundedDecimal(value: JsonValue | RawNumber, scale: number | undefined): string | null {
  const text = documentDecimal(value);
  if (text === null || scale === undefined) return text;
  return wholeDigits(text) <= DECIMAL_DIGITS - scale ? text : null;
}

function fileReference(value: JsonValue): JsonValue {
  if (typeof value === 'string') return uuidText(value);
  return typeof value === 'object' && !Array.isArray(value) ? value : null;
}
