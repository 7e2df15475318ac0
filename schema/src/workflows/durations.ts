/** Durations as documents write them: `48h`, `30m`, `90s`, `500ms`, `2d`, `1w`, `1h30m`. */

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['w', 7 * 24 * 3_600_000],
  ['d', 24 * 3_600_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]);
const DURATION = /^(?:\d{1,15}(?:ms|[wdhms]))+$/;
const PART = /(\d+)(ms|[wdhms])/g;

/** Ten years of 365.25 days. */
export const MAX_DURATION_MS = 3_652.5 * 24 * 3_600_000;
export const DURATION_HINT = 'Write e.g. "48h", "30m", "2d" or "1h30m"; at most 10 years';

/** Milliseconds, more than zero; null for what is no duration, or a longer one than {@link MAX_DURATION_MS}. */
export function readDuration(value: unknown): number | null {
  if (typeof value !== 'string' || !DURATION.test(value)) return null;
  const parts = [...value.matchAll(PART)].map(
    ([, count = '', unit = '']) => Number(count) * (UNIT_MS.get(unit) ?? 0),
  );
  const ms = parts.reduce((sum, part) => sum + part, 0);
  return ms > 0 && ms <= MAX_DURATION_MS ? ms : null;
}
