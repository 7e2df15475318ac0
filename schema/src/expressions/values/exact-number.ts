/**
 * Numbers of expressions, all of them exact decimals. A double stands for the decimal that it is printed as: 0.1 is one
 * tenth. What a double cannot hold is an {@link ExactNumber}.
 */
import { alignDecimals, type Decimal, orderDecimals, parseDecimal } from '../../values/exact-decimals.ts';
import { withoutEndZeros } from '../../values/number-notation.ts';
import { type ArithmeticOperator, ExpressionError } from '../expression.ts';

/** One that has more than 15 digits. */
export class ExactNumber implements Decimal {
  readonly digits: bigint;
  readonly scale: number;

  constructor(digits: bigint, scale: number) {
    this.digits = digits;
    this.scale = scale;
  }
}

export type ExpressionNumber = number | ExactNumber;

/** Every decimal of so many digits is printed by its nearest double as it was. */
const DOUBLE_DIGITS = 15;
/** Below this power of ten a double loses digits, and at last becomes zero. */
const MIN_DOUBLE_EXPONENT = -300;
/** Before and behind the point together; beyond it an evaluation fails. */
const MAX_DIGITS = 1_000;
/** Significant digits of a quotient that does not end. */
const QUOTIENT_DIGITS = 20;
const SHORT_DECIMAL = /^-?\d+(?:\.\d+)?$/;

/** Of a stored value, or of a number as an expression writes it; null when it is none or has more than 1,000 digits. */
export function readNumber(text: string): ExpressionNumber | null {
  if (text.length <= DOUBLE_DIGITS && SHORT_DECIMAL.test(text)) return Number(text);
  const decimal = parseDecimal(text);
  const isLong = decimal !== null && Math.max(decimal.scale, String(decimal.digits).length) > MAX_DIGITS;
  if (decimal === null || isLong) return null;
  return normal(decimal.digits, decimal.scale);
}

/** Without an exponent, and without zeros at the end of its fraction. */
export function writeNumber(number: ExpressionNumber): string {
  if (Number.isSafeInteger(number)) return String(number);
  const { digits, scale } = decimalOf(number);
  const sign = digits < 0n ? '-' : '';
  const text = String(digits)
    .slice(sign.length)
    .padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  const fraction = withoutEndZeros(text.slice(text.length - scale));
  return fraction === '' ? sign + whole : `${sign}${whole}.${fraction}`;
}

/** Below zero, zero or above it. */
export function orderNumbers(left: ExpressionNumber, right: ExpressionNumber): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return orderDecimals(decimalOf(left), decimalOf(right));
}

/** @throws ExpressionError when it has no result, or one of more than 1,000 digits */
export function calculate(
  operator: ArithmeticOperator,
  left: ExpressionNumber,
  right: ExpressionNumber,
): ExpressionNumber {
  const quick = quickly(operator, left, right);
  if (quick !== null) return quick;
  const [a, b] = [decimalOf(left), decimalOf(right)];
  switch (operator) {
    case '*':
      return normal(a.digits * b.digits, a.scale + b.scale);
    case '/':
      return quotient(a, b);
    case '+':
    case '-':
    case '%': {
      const [x, y, scale] = alignDecimals(a, b);
      if (operator === '%' && y === 0n) throw new ExpressionError('Remainder of a division by zero');
      return normal(operator === '+' ? x + y : operator === '-' ? x - y : x % y, scale);
    }
    default:
      return operator satisfies never;
  }
}

/** Of whole numbers whose result is one too; null for all others. */
function quickly(
  operator: ArithmeticOperator,
  left: ExpressionNumber,
  right: ExpressionNumber,
): number | null {
  if (!Number.isSafeInteger(left) || !Number.isSafeInteger(right)) return null;
  const [a, b] = [Number(left), Number(right)];
  if (b === 0 && (operator === '/' || operator === '%')) return null;
  const result = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[operator];
  // Adding zero makes -0 a plain zero.
  return Number.isSafeInteger(result) ? result + 0 : null;
}

/** Rounded to 20 significant digits, halves away from zero. */
function quotient(dividend: Decimal, divisor: Decimal): ExpressionNumber {
  if (divisor.digits === 0n) throw new ExpressionError('Division by zero');
  if (dividend.digits === 0n) return 0;
  const isNegative = dividend.digits < 0n !== divisor.digits < 0n;
  const [a, b] = [magnitude(dividend.digits), magnitude(divisor.digits)];
  // One more digit than is kept, or two, so that rounding sees the one that counts.
  const shift = QUOTIENT_DIGITS + 1 + String(b).length - String(a).length;
  const raw = shift >= 0 ? (a * 10n ** BigInt(shift)) / b : a / (b * 10n ** BigInt(-shift));
  const excess = String(raw).length - QUOTIENT_DIGITS;
  const unit = 10n ** BigInt(excess);
  const rounded = (raw + unit / 2n) / unit;
  return normal(isNegative ? -rounded : rounded, dividend.scale - divisor.scale + shift - excess);
}

function magnitude(digits: bigint): bigint {
  return digits < 0n ? -digits : digits;
}

/** @param scale below zero for zeros that are to be added */
function normal(digits: bigint, scale: number): ExpressionNumber {
  if (digits === 0n) return 0;
  const text = String(digits);
  const kept = withoutEndZeros(text);
  const length = kept.length - (kept.startsWith('-') ? 1 : 0);
  const exponent = text.length - kept.length - scale;
  if (Math.max(length, length + exponent, -exponent) > MAX_DIGITS) {
    throw new ExpressionError(`A number has more than ${MAX_DIGITS} digits`);
  }
  const isShort = length <= DOUBLE_DIGITS && length + exponent <= DOUBLE_DIGITS;
  if (isShort && exponent >= MIN_DOUBLE_EXPONENT) return Number(`${kept}e${exponent}`);
  const significant = BigInt(kept);
  if (exponent <= 0) return new ExactNumber(significant, -exponent);
  const whole = significant * 10n ** BigInt(exponent);
  const double = Number(whole);
  return Number.isSafeInteger(double) ? double : new ExactNumber(whole, 0);
}

function decimalOf(number: ExpressionNumber): Decimal {
  if (number instanceof ExactNumber) return number;
  const decimal = parseDecimal(number);
  if (decimal !== null) return decimal;
  throw new ExpressionError(`${number} is no number to calculate with`);
}
