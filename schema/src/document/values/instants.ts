/** Calendar dates and instants, read strictly: `Date.parse` accepts much that no two engines agree on. */

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIMESTAMP =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:\s?(Z|z|[+-]\d{2}(?::?\d{2})?))?)?$/;
const MINUTE_MS = 60_000;

/** `YYYY-MM-DD` of the proleptic calendar, years 0001 to 9999; null when there is no such day. */
export function dateText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const match = DATE.exec(value);
  if (match === null) return null;
  const [year, month, day] = match.slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined || year === 0) return null;
  const midnight = new Date(0);
  // Not Date.UTC: it reads years below 100 as 19xx.
  midnight.setUTCFullYear(year, month - 1, day);
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  return exists ? value : null;
}

function offsetMinutes(zone: string): number | null {
  if (zone.toUpperCase() === 'Z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(3).replace(':', '') || '0');
  if (hours > 15 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/**
 * ISO 8601 text in UTC with milliseconds. An offset is honoured; without one the time is UTC, since a server's or a
 * session's own zone would make the same document mean different instants on different machines.
 */
export function timestampText(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const match = TIMESTAMP.exec(value);
  if (match === null) return null;
  const [, dayText, hours = '00', minutes = '00', seconds = '00', fraction = '0', zone = 'Z'] = match;
  const day = dateText(dayText);
  const offset = offsetMinutes(zone);
  if (day === null || offset === null) return null;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  const local = Date.parse(`${day}T${hours}:${minutes}:${seconds}.${millis}Z`);
  const text = new Date(local - offset * MINUTE_MS).toISOString();
  // An offset can push the first or last day out of the years that have four digits.
  return /^\d{4}-/.test(text) && !text.startsWith('0000-') ? text : null;
}
