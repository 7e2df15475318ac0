/** Sums and averages as Postgres' numeric has them, digit by digit. */

/** `digits / 10^scale`. */
export interface ExactDecimal {
  readonly digits: bigint;
  readonly scale: number;
}

export function exactDecimal(text: string): ExactDecimal {
  const [whole = '', fraction = ''] = text.split('.');
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

export function decimalText({ digits, scale }: ExactDecimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${text}` : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** In the largest scale among them. */
export function sumOf(values: readonly ExactDecimal[]): ExactDecimal {
  const scale = Math.max(0, ...values.map((value) => value.scale));
  const digits = values.reduce((sum, value) => sum + value.digits * 10n ** BigInt(scale - value.scale), 0n);
  return { digits, scale };
}

const SIGNIFICANT_DIGITS = 16;
const GROUP_DIGITS = 4;

/** With the digits that Postgres chooses (`select_div_scale`), the last of them rounded away from zero. */
export function averageOf(values: readonly ExactDecimal[]): ExactDecimal {
  const sum = sumOf(values);
  const count = BigInt(values.length);
  const [dividend, divisor] = [leading(sum), leading({ digits: count, scale: 0 })];
  const weight = dividend.weight - divisor.weight - (dividend.group <= divisor.group ? 1 : 0);
  const scale = Math.max(SIGNIFICANT_DIGITS - weight * GROUP_DIGITS, sum.scale, 0);
  const scaled = (sum.digits < 0n ? -sum.digits : sum.digits) * 10n ** BigInt(scale - sum.scale);
  const rounded = (scaled * 2n + count) / (count * 2n);
  return { digits: sum.digits < 0n ? -rounded : rounded, scale };
}

/** First group of four digits that is not zero, and its place: 0 for the one before the point. */
function leading({ digits, scale }: ExactDecimal): { readonly group: bigint; readonly weight: number } {
  const fractionGroups = Math.ceil(scale / GROUP_DIGITS);
  let rest = (digits < 0n ? -digits : digits) * 10n ** BigInt(fractionGroups * GROUP_DIGITS - scale);
  if (rest === 0n) return { group: 0n, weight: 0 };
  let groups = 1;
  while (rest >= 10_000n) {
    rest /= 10_000n;
    groups += 1;
  }
  return { group: rest, weight: groups - 1 - fractionGroups };
}
