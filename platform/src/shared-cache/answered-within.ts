import { setImmediate as nextTurn } from 'node:timers/promises';
import { within } from '../lifecycle/deadline.ts';

export const LATE = Symbol('late');

/**
 * Settles like `answer`, or with `LATE` after `timeoutMs`. When this process itself was too busy to read an answer that
 * is there, the time is over before the socket is looked at; so it is looked at once more.
 */
export async function answeredWithin<T>(timeoutMs: number, answer: Promise<T>): Promise<T | typeof LATE> {
  const first = await within(timeoutMs, answer, (): typeof LATE => LATE);
  return first === LATE ? await Promise.race([answer, nextTurn<typeof LATE>(LATE)]) : first;
}
