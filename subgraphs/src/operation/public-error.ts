/** Errors of an operation as the caller may see them. */
import { isConnectionError } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { GraphQLError } from 'graphql';

/**
 * Keeps the path, and of the error itself only what its code allows.
 * @param onFault called with errors that are our own faults, as they were thrown
 */
export function publicError(error: GraphQLError, onFault: (thrown: Error) => void): GraphQLError {
  const thrown = withoutEpoch(underlying(error));
  if (thrown instanceof RocketError && thrown.code !== 'INTERNAL_ERROR') {
    const { code, retryable, details } = thrown;
    return withPath(error, thrown.message, { code, ...(retryable ? { retryable } : {}), ...details });
  }
  if (!(thrown instanceof RocketError) && isInputError(error)) {
    return withPath(error, error.message, { code: 'BAD_USER_INPUT' });
  }
  onFault(thrown);
  if (isConnectionError(thrown)) {
    const lost = new RocketError('SHARD_UNAVAILABLE', 'The database of this app does not answer');
    return withPath(error, lost.message, { code: lost.code, retryable: lost.retryable });
  }
  return withPath(error, 'Something went wrong on our side', { code: 'INTERNAL_ERROR' });
}

/** Epochs are for gateways. A part of an operation that met a move after another part was committed is not repeated. */
function withoutEpoch(thrown: Error): Error {
  if (!(thrown instanceof RocketError) || thrown.code !== 'WRONG_EPOCH') return thrown;
  return new RocketError('SHARD_UNAVAILABLE', 'The app is being moved: this part was not done', {
    cause: thrown,
  });
}

/** A bad variable, which fails before any field, or a bad argument, whose error names its place in the operation. */
function isInputError(error: GraphQLError): boolean {
  const { originalError } = error;
  if (originalError === undefined) return error.path === undefined;
  // A built-in scalar that refuses a variable throws before any field is executed, and without a place in the
  // operation.
  const isOfGraphql = originalError instanceof GraphQLError;
  return isOfGraphql && (error.path === undefined || originalError.nodes !== undefined);
}

/** The error that was thrown, before graphql-js wrapped it with a place. */
export function underlying(error: GraphQLError): Error {
  let thrown: Error = error;
  while (thrown instanceof GraphQLError && thrown.originalError !== undefined) thrown = thrown.originalError;
  return thrown;
}

function withPath(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, { ...(error.path === undefined ? {} : { path: error.path }), extensions });
}
