/** Work that is waited for until a deadline. Deadlines are Unix times in ms, as they travel with requests. */
import { RocketError } from '@rocket/schema';

/** Timers that are set to more fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Settles as `work` does if that is within `timeoutMs`, else as `late` says by what it returns or throws. The work itself
 * goes on unheard: nothing can stop a promise.
 */
export async function within<T, L>(timeoutMs: number, work: Promise<T>, late: () => L): Promise<T | L> {
  const { promise: expired, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, Math.min(Math.max(0, timeoutMs), MAX_TIMER_MS));
  try {
    return await Promise.race([work, expired.then(late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws RocketError `DEADLINE_EXCEEDED` if `work` has not settled by the deadline; see {@link within} */
export function beforeDeadline<T>(deadlineAtMs: number, work: Promise<T>): Promise<T> {
  return within(deadlineAtMs - Date.now(), work, () => {
    throw new RocketError('DEADLINE_EXCEEDED');
  });
}

/** Milliseconds left until `deadlineAtMs`. @throws RocketError `DEADLINE_EXCEEDED` when it has passed. */
export function remainingMs(deadlineAtMs: number): number {
  const left = deadlineAtMs - Date.now();
  if (left <= 0) throw new RocketError('DEADLINE_EXCEEDED');
  return left;
}

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
