import { RocketError } from '@rocket/schema';

/** Milliseconds left until `deadlineAtMs`. @throws RocketError `DEADLINE_EXCEEDED` when it has passed. */
export function remainingMs(deadlineAtMs: number): number {
  const left = deadlineAtMs - Date.now();
  if (left <= 0) throw new RocketError('DEADLINE_EXCEEDED');
  return left;
}

/** Timers that are set to more fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs `work` with a signal that aborts after `timeoutMs` with a `TimeoutError`, or as soon as `caller` does. Not by
 * `AbortSignal.any`: the caller's signal lives as long as their connection, and would remember every call.
 */
export async function withTimeLimit<T>(
  timeoutMs: number,
  caller: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  caller?.throwIfAborted();
  const controller = new AbortController();
  const leave = (): void => controller.abort(caller?.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException('No answer in time', 'TimeoutError')),
    timeoutMs,
  );
  caller?.addEventListener('abort', leave);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    caller?.removeEventListener('abort', leave);
  }
}

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
