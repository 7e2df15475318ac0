import { RocketError } from '@rocket/schema';

/** A shard or subgraph that is silent for this long counts as dead; with less time it may only be busy. */
const DEAD_AFTER_MS = 5_000;

const TIMED_OUT = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** The caller's deadline passed before the answer came. */
export class AnswerTimeout extends RocketError {
  readonly waitedMs: number;

  constructor(waitedMs: number, cause: unknown) {
    super('DEADLINE_EXCEEDED', undefined, { cause });
    this.name = 'AnswerTimeout';
    this.waitedMs = waitedMs;
  }
}

/** True for the error of an HTTP client whose time for an answer ran out on an open connection. */
export function isTimeout(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'TimeoutError') return true;
  return 'code' in error && typeof error.code === 'string' && TIMED_OUT.has(error.code);
}

/** For a circuit breaker: callers with short deadlines must not make a busy shard look dead to all others. */
export function waitedTooShort(error: unknown): boolean {
  return error instanceof AnswerTimeout && error.waitedMs < DEAD_AFTER_MS;
}
