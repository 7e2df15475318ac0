/** Dates and instants, read strictly: `Date.parse` accepts much that no two engines agree on. */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/i;

/** The text itself when there is such a day in the years 0001 to 9999. */
export function dateText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const match = DATE.exec(value);
  if (match === null || match[1] === '0000') return null;
  const midnight = new Date(`${value}T00:00:00.000Z`);
  // A day that does not exist is either refused or moved into the next month.
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(value) ? value : null;
}

/** In UTC with milliseconds. The offset must be given: without one it would mean another instant on another machine. */
export function timestampText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const match = TIMESTAMP.exec(value);
  if (match === null || dateText(match[1]) === null) return null;
  const [, day, hours, minutes, seconds, fraction = '', zone = 'Z'] = match;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const instant = new Date(`${day}T${hours}:${minutes}:${seconds}.${millis}${zone.toUpperCase()}`);
  if (Number.isNaN(instant.getTime()) || hours === '24') return null;
  const text = instant.toISOString();
  // An offset can push the first or last day out of the years that have four digits.
  return /^\d{4}-/.test(text) && !text.startsWith('0000') ? text : null;
}
