/** Distinguishes the failures of Postgres by their codes, not by their messages. */
import { DatabaseError } from 'pg';

/** The server's report about a failed statement. */
export interface PostgresError extends Error {
  /** Five-character SQLSTATE. */
  readonly code: string;
  readonly constraint: string | undefined;
  readonly column: string | undefined;
  readonly table: string | undefined;
  readonly detail: string | undefined;
  readonly severity: string | undefined;
}

/** SQLSTATEs that the product acts on. */
export const POSTGRES_CODES = {
  notNullViolation: '23502',
  foreignKeyViolation: '23503',
  uniqueViolation: '23505',
  checkViolation: '23514',
  serializationFailure: '40001',
  deadlockDetected: '40P01',
  invalidDatabase: '3D000',
  duplicateDatabase: '42P04',
  undefinedTable: '42P01',
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  tooManyConnections: '53300',
  objectInUse: '55006',
  lockNotAvailable: '55P03',
  /** Of our own: the database is the former one of an app that has moved, or is about to. */
  fenced: 'RKM01',
} as const;

/** True for an error that the server answered with, as opposed to a lost or refused connection. */
export function isPostgresError(error: unknown): error is PostgresError {
  return error instanceof DatabaseError && typeof error.code === 'string';
}

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
const SERVER_GONE_CODES: ReadonlySet<string> = new Set([
  POSTGRES_CODES.adminShutdown,
  POSTGRES_CODES.crashShutdown,
  POSTGRES_CODES.cannotConnectNow,
  POSTGRES_CODES.tooManyConnections,
]);
/** pg gives these no code. */
const LOST_MESSAGE = /^(Connection terminated|timeout expired|Client has encountered a connection error)/;

/**
 * True when the server could not be reached or the connection broke: the statement may or may not have been executed.
 */
export function isConnectionError(error: unknown): boolean {
  if (isPostgresError(error)) return SERVER_GONE_CODES.has(error.code) || error.code.startsWith('08');
  if (error instanceof AggregateError) return error.errors.some(isConnectionError);
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string') return SOCKET_CODES.has(error.code);
  return LOST_MESSAGE.test(error.message);
}

/** The work of a transaction may wrap errors, but not deeper than this. */
const MAX_CAUSE_DEPTH = 5;

/** True when repeating the whole transaction can succeed; looks through `cause`. */
export function isRetryableConflict(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSE_DEPTH; depth += 1) {
    if (isPostgresError(current)) {
      return (
        current.code === POSTGRES_CODES.serializationFailure ||
        current.code === POSTGRES_CODES.deadlockDetected
      );
    }
    if (!(current instanceof Error)) return false;
    current = current.cause;
  }
  return false;
}
