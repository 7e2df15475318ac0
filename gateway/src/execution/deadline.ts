import { RocketError } from '@rocket/schema';

/** Milliseconds left until `deadlineAtMs`. @throws RocketError `DEADLINE_EXCEEDED` when it has passed. */
export function remainingMs(deadlineAtMs: number): number {
  const left = deadlineAtMs - Date.now();
  if (left <= 0) throw new RocketError('DEADLINE_EXCEEDED');
  return left;
}

/** Timers that are set to more fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Rejects with `DEADLINE_EXCEEDED` if `work` has not settled by the deadline. The work itself goes on unheard. */
export async function beforeDeadline<T>(deadlineAtMs: number, work: Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new RocketError('DEADLINE_EXCEEDED')),
    Math.min(Math.max(0, deadlineAtMs - Date.now()), MAX_TIMER_MS),
  );
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
