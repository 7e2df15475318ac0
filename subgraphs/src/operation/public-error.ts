/** Errors of an operation as the caller may see them. */
import { isConnectionError } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { GraphQLError } from 'graphql';

/**
 * Keeps the path; of the error itself only what its code allows.
 * @param onFault hears of errors that are ours
 */
export function publicError(error: GraphQLError, onFault: (error: GraphQLError) => void): GraphQLError {
  const cause = rocketCause(error);
  if (cause !== null) {
    const { code, retryable, details } = cause;
    return withPath(error, cause.message, { code, ...(retryable ? { retryable } : {}), ...details });
  }
  if (isInputError(error)) return withPath(error, error.message, { code: 'BAD_USER_INPUT' });
  if (error.originalError === undefined) return withPath(error, error.message, { code: 'INTERNAL_ERROR' });
  onFault(error);
  if (isConnectionError(error.originalError)) {
    const lost = new RocketError('SHARD_UNAVAILABLE', 'The database of this app does not answer');
    return withPath(error, lost.message, { code: lost.code, retryable: lost.retryable });
  }
  return withPath(error, 'Something went wrong on our side', { code: 'INTERNAL_ERROR' });
}

/** A bad variable, which fails before any field, or a bad argument, whose error names its place in the operation. */
function isInputError(error: GraphQLError): boolean {
  const { originalError } = error;
  if (originalError === undefined) return error.path === undefined;
  // A scalar of GraphQL that refuses a variable throws before any field, and without a place in the operation.
  const isOfGraphql = originalError instanceof GraphQLError;
  return isOfGraphql && (error.path === undefined || originalError.nodes !== undefined);
}

function rocketCause(error: GraphQLError): RocketError | null {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  return cause instanceof RocketError ? cause : null;
}

function withPath(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, { ...(error.path === undefined ? {} : { path: error.path }), extensions });
}
