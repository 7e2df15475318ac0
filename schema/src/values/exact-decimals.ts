/** Decimals of any length as digits and a scale, for what a double would round. */
import { readNotation } from './number-notation.ts';

/** Far beyond a double's. What is larger would only take memory, and counts as no number. */
const MAX_EXPONENT = 9_999;

/** `value` is `digits / 10^scale`; the scale is not negative. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

/** Of a number or its text; null when it is none. */
export function parseDecimal(value: unknown): Decimal | null {
  const notation = readNotation(String(value));
  if (notation === null) return null;
  const { sign, whole, fraction, exponent } = notation;
  if (exponent !== null && Math.abs(exponent) > MAX_EXPONENT) return null;
  const digits = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  const scale = fraction.length - (exponent ?? 0);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

/** The digits of both at the larger scale of the two. */
export function alignDecimals(left: Decimal, right: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(left.scale, right.scale);
  const scaled = (decimal: Decimal) =>
    decimal.scale === scale ? decimal.digits : decimal.digits * 10n ** BigInt(scale - decimal.scale);
  return [scaled(left), scaled(right), scale];
}

/** Below zero, zero or above it. */
export function orderDecimals(left: Decimal, right: Decimal): number {
  const [a, b] = alignDecimals(left, right);
  return a === b ? 0 : a < b ? -1 : 1;
}
