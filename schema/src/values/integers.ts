/** Integers of 32 and 64 bits; those of 64 are texts, since a double rounds them beyond 2^53. */
import { documentDecimal, fractionDigits, inputDecimal, operandDecimal } from './decimals.ts';

const INT_MAX = 2_147_483_647;
const BIGINT_MAX = 9_223_372_036_854_775_807n;
/** Leading zeros are allowed, but not so many that parsing takes long. */
const INTEGER = /^[+-]?\d{1,19}$/;
const PLAIN_INTEGER = /^-?(?:0|[1-9]\d*)$/;
const MAX_KEY_LENGTH = '-9223372036854775808'.length;

export function isInt32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value <= INT_MAX && value >= -INT_MAX - 1;
}

/** True for an integer of any size as JSON writes it: without a plus, zeros in front, a point or an exponent. */
export function isPlainInteger(text: string): boolean {
  return PLAIN_INTEGER.test(text);
}

/**
 * The key as the database prints it. Keys are texts, so each key must have exactly one form; null for any other form.
 */
export function integerKey(text: string, type: 'int' | 'bigint'): string | null {
  if (text.length > MAX_KEY_LENGTH || !isPlainInteger(text)) return null;
  return bounded(BigInt(text), type === 'int' ? BigInt(INT_MAX) : BIGINT_MAX);
}

/**
 * Reads a write input: canonical text; null when it is no integer of 64 bits. A number may be written as `5.0` or
 * `5e3`.
 */
export function inputBigint(value: unknown): string | null {
  return typeof value === 'string' ? bigintOfText(value) : bigintOfDecimal(inputDecimal(value));
}

/** Like {@link inputBigint}, for numbers that {@link operandDecimal} accepts. */
export function operandBigint(value: unknown): string | null {
  return typeof value === 'string' ? bigintOfText(value) : bigintOfDecimal(operandDecimal(value));
}

/**
 * Reads a value of a document. A plain number beyond 2^53 may have been rounded when it was parsed, so it must be given
 * exactly, or as text without a plus.
 */
export function documentBigint(value: unknown): string | null {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(BigInt(value)) : null;
  if (typeof value === 'string') return value.startsWith('+') ? null : bigintOfText(value);
  return bigintOfDecimal(documentDecimal(value));
}

/** `5.0` is `5`; null when there are significant digits behind the point. */
function bigintOfDecimal(decimal: string | null): string | null {
  if (decimal === null || fractionDigits(decimal) > 0) return null;
  return bigintOfText(decimal.split('.')[0] ?? '');
}

function bigintOfText(text: string): string | null {
  return INTEGER.test(text) ? bounded(BigInt(text.replace('+', '')), BIGINT_MAX) : null;
}

function bounded(value: bigint, max: bigint): string | null {
  return value <= max && value >= -max - 1n ? value.toString() : null;
}
