/** Dates of the sample world. Its present is fixed, so that the data never depends on the day it is generated. */

export const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;
const MINUTES_PER_DAY = 24 * 60;

/** The present of the sample data. */
export const PRESENT_MS = Date.UTC(2026, 9, 31, 18);

/** An instant some days before the present (after it when negative), at a minute of that day. */
export function daysAgo(days: number, minute: number): number {
  const startOfDay = PRESENT_MS - (PRESENT_MS % DAY_MS) - days * DAY_MS;
  return startOfDay + (minute % MINUTES_PER_DAY) * MINUTE_MS;
}

/** `2026-10-31T18:00:00.000Z` */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString();
}

/** `2026-10-31` */
export function calendarDate(ms: number): string {
  return timestamp(ms).slice(0, 'YYYY-MM-DD'.length);
}
