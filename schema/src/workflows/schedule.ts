/** Times of schedules: cron in a time zone. */
import { Cron } from 'croner';
import type { TriggerModel } from './workflow-model.ts';

type Schedule = Pick<Extract<TriggerModel, { kind: 'schedule' }>, 'cron' | 'timeZone'>;

/** Five parts, or six with seconds before them. `?` would stand for the time at which it is read. */
const PARTS = /^[^\s?@]+(?: +[^\s?@]+){4,5}$/;

/**
 * The first time after `after`; null when there is none. A time that summer time skips falls at the end of the gap, and
 * one that comes twice counts once.
 * @throws Error for a schedule that {@link scheduleProblem} refuses
 */
export function nextOccurrence(schedule: Schedule, after: Date): Date | null {
  const { cron, timeZone: timezone } = schedule;
  return new Cron(cron, { timezone, paused: true, mode: '5-or-6-parts' }).nextRun(after);
}

/** Why there is no such time zone; null when there is. */
export function timeZoneProblem(name: string): string | null {
  // Some engines take offsets as zones; those do not know summer time and have a sign that is easily mistaken.
  if (/^[A-Za-z]/.test(name) && isZone(name)) return null;
  return `There is no time zone ${JSON.stringify(name)}`;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** Whether a time ever comes does not depend on when one asks, so that a document is judged the same at all times. */
const BEGINNING = new Date(0);

/** Why a cron text cannot be used; null when it can. */
export function scheduleProblem(cron: string): string | null {
  if (!PARTS.test(cron)) return `${JSON.stringify(cron)} is not cron of five or six parts`;
  try {
    return nextOccurrence({ cron, timeZone: 'UTC' }, BEGINNING) === null
      ? `${JSON.stringify(cron)} is a time that never comes`
      : null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return `${JSON.stringify(cron)} is not cron: ${error.message.replace(/^CronPattern: /, '')}`;
  }
}
