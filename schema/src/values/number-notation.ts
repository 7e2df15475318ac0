/** Numbers as texts: sign, digits, point and exponent, for everything that must not go through a double. */

const NOTATION = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** `-1.50e3` is `-`, `1`, `50` and 3. */
export interface Notation {
  readonly sign: '' | '-';
  /** One of the two may be empty: `.5`, `5.` */
  readonly whole: string;
  readonly fraction: string;
  /** Null when none is written. */
  readonly exponent: number | null;
}

/** Parses every number of JSON and GraphQL, and also `+5`, `007`, `.5` and `5.`; null for other texts. */
export function readNotation(text: string): Notation | null {
  const match = NOTATION.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponent] = match;
  if (whole === '' && fraction === '') return null;
  return {
    sign: sign === '-' ? '-' : '',
    whole,
    fraction,
    exponent: exponent === undefined ? null : Number(exponent),
  };
}

/** A loop and not a pattern: `/0+$/` takes quadratic time on zeros that are followed by another digit. */
export function withoutEndZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}
