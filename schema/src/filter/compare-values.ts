import { RocketError } from '../errors.ts';
import type { FieldModel, ScalarType } from '../model/field-model.ts';
import { orderDecimals, parseDecimal } from '../values/exact-decimals.ts';

type Comparer = (a: unknown, b: unknown) => number;

/** Exact: as floats 0.1 + 0.2 and 2^53 + 1 would be other numbers. NaN (not a number, or no decimal at all) sorts last. */
function compareDecimals(a: unknown, b: unknown): number {
  const left = parseDecimal(a);
  const right = parseDecimal(b);
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return orderDecimals(left, right);
}

/** Postgres takes NaN as equal to itself and larger than every other number. */
export function compareNumbers(a: unknown, b: unknown): number {
  const left = Number(a);
  const right = Number(b);
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left === right ? 0 : left < right ? -1 : 1;
}

/** By code point, as a byte-wise collation does. Comparing UTF-16 units puts U+FFxx after characters beyond U+FFFF. */
export function compareTexts(a: unknown, b: unknown): number {
  const left = String(a);
  const right = String(b);
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    if (left.charCodeAt(index) === right.charCodeAt(index)) continue;
    const isPairEnd = isLowSurrogate(left, index) && isLowSurrogate(right, index) && index > 0;
    const at = isPairEnd ? index - 1 : index;
    return (left.codePointAt(at) ?? 0) < (right.codePointAt(at) ?? 0) ? -1 : 1;
  }
  return Math.sign(left.length - right.length);
}

function isLowSurrogate(text: string, index: number): boolean {
  const unit = text.charCodeAt(index);
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function compareCaseless(a: unknown, b: unknown): number {
  return compareTexts(String(a).toLowerCase(), String(b).toLowerCase());
}

/** As instants: the same moment may be written with another offset or another precision. */
function compareInstants(a: unknown, b: unknown): number {
  return compareNumbers(instant(a), instant(b));
}

function instant(value: unknown): number {
  return value instanceof Date ? value.getTime() : Date.parse(String(value));
}

function compareBooleans(a: unknown, b: unknown): number {
  return Number(a === true) - Number(b === true);
}

const COMPARERS: Readonly<Record<ScalarType, Comparer | null>> = {
  string: compareTexts,
  int: compareNumbers,
  float: compareNumbers,
  bigint: compareDecimals,
  decimal: compareDecimals,
  boolean: compareBooleans,
  uuid: compareCaseless,
  timestamp: compareInstants,
  // `YYYY-MM-DD` sorts as text; a Date object would bring in a time zone.
  date: compareTexts,
  json: null,
  file: null,
};

/** Order of two non-null values of a type, as Postgres has it; null for types without an order or equality. */
export function comparerOf(type: ScalarType): Comparer | null {
  return COMPARERS[type];
}

/** Order of two non-null values of a field. @throws RocketError `INTERNAL_ERROR` when its type has none */
export function compareFieldValues(field: FieldModel, a: unknown, b: unknown): number {
  const comparer = comparerOf(field.type);
  if (comparer !== null) return comparer(a, b);
  throw new RocketError('INTERNAL_ERROR', `Values of type ${field.type} cannot be compared`);
}
