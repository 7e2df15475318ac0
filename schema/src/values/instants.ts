/** Calendar dates and instants, read strictly: `Date.parse` accepts much that no two engines agree on. */
import { withoutEndZeros } from './number-notation.ts';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
/** Form in documents: seconds, the time, and the offset may be left out. */
const IN_DOCUMENTS =
  /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?:\s?(Z|z|[+-]\d{2}(?::?\d{2})?))?)?$/;
/** Form in requests: RFC 3339. A missing part is a mistake there, not a shorthand. */
const IN_REQUESTS = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/i;
const MINUTE_MS = 60_000;
/** Digits of a second in Postgres' `timestamptz`. */
export const MICROSECOND_DIGITS = 6;

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

/** A moment in UTC, of the years 0001 to 9999, as exact as it was written. */
interface Instant {
  /** `YYYY-MM-DDTHH:MM:SS` */
  readonly seconds: string;
  /** Digits behind the point of the second, without zeros at their end; at most nine. */
  readonly fraction: string;
}

function readInstant(grammar: RegExp, value: unknown): Instant | null {
  if (typeof value !== 'string') return null;
  const match = grammar.exec(value);
  if (match === null) return null;
  const [, dayText, hours = '00', minutes = '00', seconds = '00', fraction = '', zone = 'Z'] = match;
  const day = dateText(dayText);
  const offset = offsetMinutes(zone);
  if (day === null || offset === null) return null;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const local = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  const text = new Date(local - offset * MINUTE_MS).toISOString();
  // An offset can move the first or last day out of the years with four digits.
  if (!/^\d{4}-/.test(text) || text.startsWith('0000-')) return null;
  return { seconds: text.slice(0, 19), fraction: withoutEndZeros(fraction) };
}

/** @param digits of the second; more are cut off */
function instantText({ seconds, fraction }: Instant, digits: number): string {
  return `${seconds}.${fraction.slice(0, digits).padEnd(3, '0')}Z`;
}

/**
 * Reads a value of a document: ISO 8601 text in UTC with milliseconds. An offset is honoured; without one the time is
 * UTC, since a server's or a session's own zone would make the same document mean different instants on different
 * machines.
 */
export function documentTimestamp(value: unknown): string | null {
  const instant = readInstant(IN_DOCUMENTS, value);
  return instant === null ? null : instantText(instant, 3);
}

/**
 * Reads a write input, in the stored form: in UTC with milliseconds. The offset must be given. Null for an invalid
 * time.
 */
export function inputTimestamp(value: unknown): string | null {
  const instant = readInstant(IN_REQUESTS, value);
  return instant === null ? null : instantText(instant, 3);
}

/** `fine` is a time with more digits of a second than {@link MICROSECOND_DIGITS}. */
export type OperandTimestamp =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: 'form' | 'fine' };

/**
 * Reads an operand of a filter: in UTC with all its digits. Postgres stores microseconds and would round finer times,
 * so those are refused.
 */
export function operandTimestamp(value: unknown): OperandTimestamp {
  const instant = readInstant(IN_REQUESTS, value);
  if (instant === null) return { ok: false, problem: 'form' };
  if (instant.fraction.length > MICROSECOND_DIGITS) return { ok: false, problem: 'fine' };
  return { ok: true, text: instantText(instant, MICROSECOND_DIGITS) };
}
