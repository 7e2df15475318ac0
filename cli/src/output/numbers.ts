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

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;
const MINUTES_PER_HOUR = 60;

/** In the largest unit that fits and the next smaller one: `340 ms`, `12 s`, `3 min 20 s`, `5 h 2 min`. */
export function formatDuration(ms: number): string {
  if (ms < MS_PER_SECOND) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / MS_PER_SECOND);
  if (seconds < SECONDS_PER_MINUTE) return `${seconds} s`;
  const minutes = Math.floor(seconds / SECONDS_PER_MINUTE);
  if (minutes < MINUTES_PER_HOUR) return `${minutes} min ${seconds % SECONDS_PER_MINUTE} s`;
  return `${formatNumber(Math.floor(minutes / MINUTES_PER_HOUR))} h ${minutes % MINUTES_PER_HOUR} min`;
}
