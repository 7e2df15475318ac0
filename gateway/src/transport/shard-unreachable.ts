import { RocketError } from '@rocket/schema';
import { AnswerTimeout } from './shard-timeout.ts';

/** Nobody answered for the shard: a refused or broken connection, or no answer in time. */
export class ShardUnreachable extends RocketError {
  /** True when the request cannot have reached the shard, so that even a write may be sent again. */
  readonly beforeSending: boolean;

  constructor(message: string, options: { beforeSending: boolean; cause?: unknown }) {
    super('SHARD_UNAVAILABLE', message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'ShardUnreachable';
    this.beforeSending = options.beforeSending;
  }
}

/** For a circuit breaker: true when the shard did not answer. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof ShardUnreachable || error instanceof AnswerTimeout;
}

const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Wraps what an HTTP client threw. The address stays in `cause`: it is for the log, not for callers. */
export function unreachable(target: string, error: unknown): ShardUnreachable {
  return new ShardUnreachable(`${target} does not answer`, {
    beforeSending: NOT_SENT.has(errnoOf(error) ?? ''),
    cause: error,
  });
}

/** Node joins the failures of a host with several addresses into an AggregateError that has no code of its own. */
function errnoOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return errnoOf(error.errors[0]);
  return errnoOf(error.cause);
}
