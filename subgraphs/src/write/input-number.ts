/** Numbers, kept as text wherever JavaScript would round them. */
import { isRawNumber, numberText } from '@rocket/schema';
import { DECIMAL_DIGITS } from '../tables/column-type.ts';

const INTEGER = /^[+-]?\d{1,19}$/;
const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;
const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;
const INT_MAX = 2_147_483_647;
const BIGINT_MAX = 9_223_372_036_854_775_807n;
/** Digits of a decimal without a declared scale. Postgres would take 131,072 before the point. */
const MAX_FREE_DIGITS = 1_000;

export function isInt32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value <= INT_MAX && value >= -INT_MAX - 1;
}

/** The double that a JSON number means; null when it is none, or beyond what a double reaches. */
export function floatNumber(value: unknown): number | null {
  const number = isRawNumber(value) ? Number(value.rawJSON) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** Canonical text; null when it is no integer of 64 bits. */
export function bigintText(value: unknown): string | null {
  const text = typeof value === 'string' ? value : decimalText(value);
  if (text === null || !INTEGER.test(text)) return null;
  const exact = BigInt(text.replace('+', ''));
  return exact <= BIGINT_MAX && exact >= -BIGINT_MAX - 1n ? exact.toString() : null;
}

/**
 * Plain notation without superfluous zeros: `+007.50` -> `7.5`. A text with an exponent is refused, since no caller
 * means it; in a number it is how many languages print: `1e-7`.
 */
export function decimalText(value: unknown): string | null {
  const number = numberText(value);
  const given = number === null ? value : plainNotation(number);
  if (typeof given !== 'string') return null;
  const match = DECIMAL.exec(given);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (whole === '' && fraction === '') return null;
  const digits = whole.replace(/^0+/, '') || '0';
  const kept = trimZeros(fraction);
  const text = kept === '' ? digits : `${digits}.${kept}`;
  return sign === '-' && text !== '0' ? `-${text}` : text;
}

/** A JSON number without its exponent, `1.5e-3` -> `0.0015`; null when an exponent makes it long beyond use. */
function plainNotation(text: string): string | null {
  const match = JSON_NUMBER.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (exponent === 0) return `${sign}${whole}.${fraction}`;
  if (Math.abs(exponent) > MAX_FREE_DIGITS) return null;
  const digits = `${'0'.repeat(Math.max(0, -exponent))}${whole}${fraction}${'0'.repeat(Math.max(0, exponent))}`;
  const point = whole.length + Math.max(0, exponent);
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A loop and not a pattern: `/0+$/` takes quadratic time on zeros that something follows. */
function trimZeros(fraction: string): string {
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === '0') end -= 1;
  return fraction.slice(0, end);
}

/** Why a canonical decimal does not fit its column; null when it does. Postgres would round the excess silently. */
export function decimalProblem(text: string, scale: number | undefined): string | null {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const wholeDigits = whole === '0' ? 0 : whole.length;
  if (scale === undefined) {
    const isLong = wholeDigits + fraction.length > MAX_FREE_DIGITS;
    return isLong ? `must have at most ${MAX_FREE_DIGITS} digits` : null;
  }
  if (fraction.length > scale) return `must have at most ${scale} digits behind the point`;
  const maxWhole = DECIMAL_DIGITS - scale;
  return wholeDigits > maxWhole ? `must have at most ${maxWhole} digits before the point` : null;
}
