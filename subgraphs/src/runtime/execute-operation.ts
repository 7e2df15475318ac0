/** Runs one operation and forms its answer. The shard's masking boundary: nothing of SQL or of the code leaves. */
import type { Logger } from '@rocket/platform';
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
  // Without an original error it is the executor's own: a bad variable, or a null where none may be.
  if (error.originalError === undefined) {
    return withPath(error, error.message, {
      code: error.path === undefined ? 'BAD_USER_INPUT' : 'INTERNAL_ERROR',
    });
  }
  onFault(error);
  return withPath(error, 'Something went wrong on our side', { code: 'INTERNAL_ERROR' });
}

function rocketCause(error: GraphQLError): RocketError | null {
  let cause: unknown = error;
  while (cause instanceof GraphQLError) cause = cause.originalError;
  return cause instanceof RocketError ? cause : null;
}

function withPath(error: GraphQLError, message: string, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(message, { ...(error.path === undefined ? {} : { path: error.path }), extensions });
}
