/** Times and durations of a command line. */
import { DURATION_HINT, documentTimestamp, readDuration } from '@rocket/schema';
import { InvalidArgumentError } from 'commander';

const HOUR_MS = 3_600_000;

/** Reads ISO 8601, in UTC where it has no offset, or how long ago it was, such as `2h`. @returns ISO 8601 in UTC */
export function timeOrAge(text: string): string {
  const ageMs = readDuration(text);
  const time = ageMs === null ? documentTimestamp(text) : new Date(Date.now() - ageMs).toISOString();
  if (time === null)
    throw new InvalidArgumentError('It is no time such as 2026-01-02T03:04Z, and no age such as 2h or 3d.');
  return time;
}

/** Reads a duration, also `0`. */
export function hoursOf(text: string): number {
  const ms = text === '0' ? 0 : readDuration(text);
  if (ms === null) throw new InvalidArgumentError(`It is no duration. ${DURATION_HINT}.`);
  return ms / HOUR_MS;
}
