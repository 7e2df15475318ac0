/**
 * Decimal numbers as text, so that no digit is lost to a float. Numbers may have an exponent, because many languages
 * print them so: `1e-7`. Texts may not, because no caller means it.
 */
import { numberText } from './exact-json.ts';
import { readNotation, withoutEndZeros } from './number-notation.ts';

/** Total digits of a decimal whose scale is declared: `NUMERIC(18, scale)`. */
export const DECIMAL_DIGITS = 18;
/**
 * Digits of a decimal without a declared scale. Postgres would accept 131,072 before the point. Also the largest
 * exponent of numbers that are stored: jsonb keeps decimals of any length, and writes out what an exponent stands for.
 */
export const MAX_DIGITS = 1_000;
/**
 * Largest exponent of numbers that are only compared: beyond a double's it is a mistake, or an attempt to use much
 * memory.
 */
const MAX_DOUBLE_EXPONENT = 308;

interface Limits {
  /** Largest exponent of exact numbers; those of doubles are always smaller. */
  readonly exponent: number;
  /** Most digits on each side of the point. */
  readonly digits: number;
}

/** An input with too many digits still has the right type; {@link decimalExcess} reports the fault. */
const OF_INPUTS: Limits = { exponent: MAX_DIGITS, digits: Number.POSITIVE_INFINITY };
const OF_OTHERS: Limits = { exponent: MAX_DOUBLE_EXPONENT, digits: MAX_DIGITS };

/** Reads a write input: canonical text without superfluous zeros, `+007.50` -> `7.5`; null when it is no decimal. */
export function inputDecimal(value: unknown): string | null {
  const text = plainText(value, OF_INPUTS);
  if (text === null) return null;
  const [whole = '', fraction = ''] = text.split('.');
  const kept = withoutEndZeros(fraction);
  return kept === '' ? whole : `${whole}.${kept}`;
}

/**
 * Reads an operand of a filter: without superfluous zeros before the point; digits behind it are kept, as in Postgres.
 */
export function operandDecimal(value: unknown): string | null {
  return plainText(value, OF_OTHERS);
}

/** Reads a value of a document: like {@link operandDecimal}, but a text needs digits on both sides of its point. */
export function documentDecimal(value: unknown): string | null {
  if (typeof value === 'string' && /^[+-]?\.|\.$/.test(value)) return null;
  return plainText(value, OF_OTHERS);
}

function plainText(value: unknown, limits: Limits): string | null {
  const number = numberText(value);
  const text = number ?? value;
  const given = typeof text === 'string' ? readNotation(text) : null;
  if (given === null || (number === null && given.exponent !== null)) return null;
  const exponent = given.exponent ?? 0;
  if (typeof value !== 'number' && Math.abs(exponent) > limits.exponent) return null;
  const isLong = (digits: string) => digits.length > limits.digits;
  if (isLong(given.whole) || isLong(given.fraction)) return null;
  const [whole, fraction] = shifted(given.whole, given.fraction, exponent);
  if (isLong(whole) || isLong(fraction)) return null;
  const digits = whole.replace(/^0+(?=\d)/, '') || '0';
  const plain = fraction === '' ? digits : `${digits}.${fraction}`;
  return given.sign === '-' && /[1-9]/.test(plain) ? `-${plain}` : plain;
}

/** `1.5` by -3 is `0` and `0015`: digits before and behind the point. */
function shifted(whole: string, fraction: string, exponent: number): readonly [string, string] {
  if (exponent === 0) return [whole, fraction];
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return ['0', '0'.repeat(-point) + digits];
  if (point >= digits.length) return [digits.padEnd(point, '0'), ''];
  return [digits.slice(0, point), digits.slice(point)];
}

/** More digits than a column holds: in all, before the point, or behind it. */
export interface DecimalExcess {
  readonly digits: 'all' | 'whole' | 'fraction';
  readonly max: number;
}

/** Why a canonical decimal does not fit its column; null when it does. Postgres would round the excess silently. */
export function decimalExcess(text: string, scale: number | undefined): DecimalExcess | null {
  if (scale === undefined) {
    return wholeDigits(text) + fractionDigits(text) > MAX_DIGITS ? { digits: 'all', max: MAX_DIGITS } : null;
  }
  if (fractionDigits(text) > scale) return { digits: 'fraction', max: scale };
  const max = DECIMAL_DIGITS - scale;
  return wholeDigits(text) > max ? { digits: 'whole', max } : null;
}

/**
 * A canonical decimal as a column of `scale` digits behind the point holds it, in a form that equal numbers share:
 * `1.50` and `1.5` are both `15e-1`; with a scale of 0, `1.5` is `2e-0`, since Postgres rounds halves away from zero.
 */
export function storedDecimal(text: string, scale: number | undefined): string {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const kept = scale ?? fractionDigits(text);
  const cut = BigInt(whole + fraction.slice(0, kept).padEnd(kept, '0'));
  const units = Number(fraction[kept] ?? '0') >= 5 ? cut + 1n : cut;
  return `${text.startsWith('-') && units > 0n ? '-' : ''}${units}e-${kept}`;
}

/** A canonical decimal with at most `scale` digits behind the point; halves are rounded away from zero. */
export function roundedDecimal(text: string, scale: number): string {
  if (fractionDigits(text) <= scale) return text;
  const [units = ''] = storedDecimal(text, scale).split('e');
  const digits = units.replace('-', '').padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = withoutEndZeros(digits.slice(point));
  const whole = `${units.startsWith('-') ? '-' : ''}${digits.slice(0, point)}`;
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Digits before the point of a canonical decimal. */
export function wholeDigits(text: string): number {
  const whole = text.replace('-', '').split('.')[0] ?? '';
  return whole === '0' ? 0 : whole.length;
}

/** Digits behind the point of a canonical decimal that make a difference. */
export function fractionDigits(text: string): number {
  return withoutEndZeros(text.split('.')[1] ?? '').length;
}
