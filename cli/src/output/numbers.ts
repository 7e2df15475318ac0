const ONE_DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Formats a number with thousands separators and at most one decimal. */
export function formatNumber(value: number): string {
  return ONE_DECIMAL.format(value);
}

export function formatTimes(count: number): string {
  return count === 1 ? 'once' : `${formatNumber(count)} times`;
}
