import { isConnectionError, isPostgresError, POSTGRES_CODES } from '@rocket/platform';
import { RocketError } from '@rocket/schema';

/** `read_only_sql_transaction`: what a server in recovery says to a write. */
const READ_ONLY = '25006';

/** The error for callers when a server does not answer or is not a primary; null for other kinds of error. */
export function unavailable(error: unknown): RocketError | null {
  const isReadOnly = isPostgresError(error) && error.code === READ_ONLY;
  if (!isConnectionError(error) && !isReadOnly) return null;
  return new RocketError('SHARD_UNAVAILABLE', 'The database of this app does not answer', { cause: error });
}

/** The error for callers whose write the fence of a move has refused; null for other kinds of error. Nothing was done. */
export function refusedByMove(error: unknown): RocketError | null {
  if (!isPostgresError(error) || error.code !== POSTGRES_CODES.fenced) return null;
  return new RocketError('WRONG_EPOCH', 'The app is moved to another shard', { cause: error });
}
