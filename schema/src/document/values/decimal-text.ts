/** Decimal numbers as text, so that no digit is lost to a float. */
import { isRawNumber } from '../../values/exact-json.ts';

const DECIMAL = /^([+-]?)(\d{1,1000})(?:\.(\d{1,1000}))?$/;
const EXPONENTIAL = /^(-?)(\d{1,1000})(?:\.(\d{1,1000}))?[eE]([+-]?\d{1,3})$/;

/** Powers of ten beyond a double's are a slip, and a cheap way to ask for much memory. */
const MAX_EXPONENT = 308;

/** A JSON number in plain notation: `1e21` -> `1000000000000000000000`, `1.5e-7` -> `0.00000015`. */
function plainNotation(text: string): string {
  const match = EXPONENTIAL.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (Math.abs(Number(exponent)) > MAX_EXPONENT) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits.padEnd(point, '0')}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/**
 * Canonical text of a decimal, without superfluous zeros before the point; digits behind it are kept, as Postgres does.
 * Null when it is not a decimal. Exponents are refused in text: `1e100000` would be a cheap way to ask for much memory.
 */
export function decimalText(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? plainNotation(String(value)) : null;
  const given = isRawNumber(value) ? plainNotation(value.rawJSON) : value;
  if (typeof given !== 'string') return null;
  const match = DECIMAL.exec(given);
  if (match === null) return null;
  const [, sign = '', whole = '0', fraction] = match;
  const digits = whole.replace(/^0+(?=\d)/, '');
  const text = fraction === undefined ? digits : `${digits}.${fraction}`;
  return sign === '-' && /[1-9]/.test(text) ? `-${text}` : text;
}

/**
 * A canonical decimal as a column of `scale` digits behind the point holds it, in a spelling that equal numbers share:
 * `1.50` and `1.5` are both `15e-1`; with a scale of 0, `1.5` is `2e-0`, since Postgres rounds halves away from zero.
 */
export function storedDecimal(text: string, scale: number | undefined): string {
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const kept = scale ?? fractionDigits(text);
  const cut = BigInt(whole + fraction.slice(0, kept).padEnd(kept, '0'));
  const units = Number(fraction[kept] ?? '0') >= 5 ? cut + 1n : cut;
  return `${text.startsWith('-') && units > 0n ? '-' : ''}${units}e-${kept}`;
}

/** Digits before the point of a canonical decimal. */
export function wholeDigits(text: string): number {
  const whole = text.replace('-', '').split('.')[0] ?? '';
  return whole === '0' ? 0 : whole.length;
}

/** Digits behind the point of a canonical decimal that make a difference. */
export function fractionDigits(text: string): number {
  const fraction = text.split('.')[1] ?? '';
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === '0') end -= 1;
  return end;
}
