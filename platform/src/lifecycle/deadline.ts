/** Work that is waited for until a deadline. Deadlines are Unix times in ms, as they travel with requests. */
import { RocketError } from '@rocket/schema';

/** Node's timers with a longer delay fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Settles like `work` if that settles within `timeoutMs`, else with what `late` returns or throws. The work itself
 * continues, and its result is ignored: nothing can stop a promise.
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
 * Runs `work` with a signal that aborts after `timeoutMs` with a `TimeoutError`, or as soon as `caller` does. Does not
 * use `AbortSignal.any`: the caller's signal lives as long as their connection, and would keep every call in memory.
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
