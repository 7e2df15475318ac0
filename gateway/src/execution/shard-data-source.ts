import type { GraphQLDataSource } from '@apollo/gateway';
import type { Logger } from '@rocket/platform';
import { type AppName, RocketError } from '@rocket/schema';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  Kind,
  OperationTypeNode,
} from 'graphql';
import type { GraphContext } from '../graph-context.ts';
import type { ShardCaller } from './call-shard.ts';
import { beforeDeadline } from './deadline.ts';
import { failedFieldPaths } from './failed-fields.ts';

type ProcessOptions = Parameters<GraphQLDataSource<GraphContext>['process']>[0];
/** The enum of kinds is not exported; health checks and schema loading have no request behind them. */
type IncomingOperation = Extract<ProcessOptions, { incomingRequestContext: unknown }>;
type ProcessResult = Awaited<ReturnType<GraphQLDataSource<GraphContext>['process']>>;

/** One subgraph of a graph: finds the app's shard anew for every fetch, so a move needs no new gateway object. */
export class ShardDataSource implements GraphQLDataSource<GraphContext> {
  readonly #app: AppName;
  readonly #shards: ShardCaller;
  readonly #logger: Logger;

  constructor(app: AppName, shards: ShardCaller, logger: Logger) {
    this.#app = app;
    this.#shards = shards;
    this.#logger = logger;
  }

  async process(options: ProcessOptions): Promise<ProcessResult> {
    if (!('incomingRequestContext' in options)) {
      throw new RocketError('INTERNAL_ERROR', `A shard takes no request of kind ${options.kind}`);
    }
    try {
      const { data, errors } = await this.#execute(options);
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors === undefined ? {} : { errors: errors.map(formatShardError) }),
      };
    } catch (error) {
      this.#logger.warn({ err: error, app: this.#app, requestId: options.context.requestId }, 'fetch failed');
      return { errors: asFieldErrors(error, options) };
    }
  }

  async #execute(options: IncomingOperation): Promise<ExecutionResult> {
    const { requestId, callerFor, graph, deadlineAtMs } = options.context;
    const { query = '', variables = {}, operationName } = options.request;
    const call = {
      app: this.#app,
      operation: isMutation(query, options.document) ? 'write' : 'read',
      deadlineAtMs,
    } as const;
    return await this.#shards.call(call, (service, { app, epoch }) =>
      beforeDeadline(
        deadlineAtMs,
        service.execute(
          { app, epoch, graph, caller: callerFor(app), requestId, deadlineAtMs },
          {
            query,
            variables,
            ...(options.document === undefined ? {} : { document: options.document }),
            ...(operationName === undefined ? {} : { operationName }),
          },
        ),
      ),
    );
  }
}

function isMutation(query: string, document: DocumentNode | undefined): boolean {
  if (document === undefined) return query.trimStart().startsWith('mutation');
  return document.definitions.some(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION,
  );
}

/** In process, an error of the catalogue may come as the object it is; over HTTP it has its code already. */
function formatShardError(error: GraphQLError): GraphQLFormattedError {
  const formatted = error.toJSON();
  if (!(error.originalError instanceof RocketError) || formatted.extensions?.['code'] !== undefined)
    return formatted;
  const { code, details, message } = error.originalError;
  return { ...formatted, message, extensions: { ...details, code } };
}

/** A failed fetch becomes an error on each field that it leaves null: a thrown error would reach the caller without a path. */
function asFieldErrors(error: unknown, options: IncomingOperation): GraphQLFormattedError[] {
  const known = error instanceof RocketError ? error : new RocketError('INTERNAL_ERROR');
  const extensions = { ...known.details, code: known.code, retryable: known.retryable };
  return failedFieldPaths(options.document, options.request.variables).map((path) => ({
    message: known.message,
    path,
    extensions,
  }));
}
