const ONE_DECIMAL = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Formats a number with thousands separators and at most one decimal. */
export function formatNumber(value: number): string {
  return ONE_DECIMAL.format(value);
}

export function formatTimes(count: number): string {
  return count === 1 ? 'once' : `${formatNumber(count)} times`;
}

const BYTES_PER_UNIT = 1024;

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(
    units.length - 1,
    Math.floor(Math.log(Math.max(1, bytes)) / Math.log(BYTES_PER_UNIT)),
  );
  const value = bytes / BYTES_PER_UNIT ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}
