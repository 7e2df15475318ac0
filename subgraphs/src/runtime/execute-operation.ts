/** Runs one operation and forms its answer. The shard's masking boundary: nothing of SQL or of the code leaves. */
import { isConnectionError, type Logger } from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { type DocumentNode, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import type { RequestContext } from './request-context.ts';

export async function executeOperation(
  schema: GraphQLSchema,
  context: RequestContext,
  operation: {
    document: DocumentNode;
    variables?: Readonly<Record<string, unknown>> | undefined;
    operationName?: string | undefined;
    requestId: string;
    logger: Logger;
  },
): Promise<ExecutionResult> {
  const result = await execute({
    schema,
    document: operation.document,
    contextValue: context,
    variableValues: operation.variables ?? {},
    operationName: operation.operationName ?? null,
  });
  if (result.errors === undefined) return result;
  return { ...result, errors: result.errors.map((error) => publicError(error, onFault)) };

  // Not a child logger per request: making one costs more than all that most requests ever log.
  function onFault(error: GraphQLError): void {
    const { logger, requestId } = operation;
    logger.error({ err: error.originalError, path: error.path, requestId }, 'a resolver failed');
  }
}

/** Keeps the path; of the error itself only what its code allows. */
function publicError(error: GraphQLError, onFault: (error: GraphQLError) => void): GraphQLError {
  const cause = rocketCause(error);
  if (cause !== null) {
    const { code, retryable, details } = cause;
    return withPath(error, cause.message, { code, ...(retryable ? { retryable } : {}), ...details });
  }
  if (isInputError(error)) return withPath(error, error.message, { code: 'BAD_USER_INPUT' });
  if (error.originalError === undefined) return withPath(error, error.message, { code: 'INTERNAL_ERROR' });
  if (isConnectionError(error.originalError)) {
    onFault(error);
    const lost = new RocketError('SHARD_UNAVAILABLE', 'The database of this app does not answer');
    return withPath(error, lost.message, { code: lost.code, retryable: lost.retryable });
  }
  onFault(error);
  return withPath(error, 'Something went wrong on our side', { code: 'INTERNAL_ERROR' });
}

/** A bad variable, which fails before any field, or a bad argument, whose error names its place in the operation. */
function isInputError(error: GraphQLError): boolean {
  const { originalError } = error;
  if (originalError === undefined) return error.path === undefined;
  return originalError instanceof GraphQLError && originalError.nodes !== undefined;
}

function rocketCause(error: GraphQLError): RocketError | null {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  return cause instanceof RocketError ? cause : null;
}

function withPath(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, { ...(error.path === undefined ? {} : { path: error.path }), extensions });
}
