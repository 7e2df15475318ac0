import type { GraphQLDataSource } from '@apollo/gateway';
import { CallerGone, type Logger } from '@rocket/platform';
import { type AppName, RocketError, type SubgraphAnswer } from '@rocket/schema';
import {
  type DocumentNode,
  type GraphQLError,
  type GraphQLFormattedError,
  Kind,
  OperationTypeNode,
} from 'graphql';
import type { FetchOutcome, GraphContext } from '../graph-context.ts';
import { failedFieldPaths } from './failed-fields.ts';
import type { SubgraphCaller } from './subgraph-caller.ts';

type ProcessOptions = Parameters<GraphQLDataSource<GraphContext>['process']>[0];
/** The enum of kinds is not exported; health checks and schema loading have no request behind them. */
type IncomingOperation = Extract<ProcessOptions, { incomingRequestContext: unknown }>;
type ProcessResult = Awaited<ReturnType<GraphQLDataSource<GraphContext>['process']>>;

/** One subgraph of a graph, as the gateway's executor asks it. */
export class ShardDataSource implements GraphQLDataSource<GraphContext> {
  readonly #app: AppName;
  readonly #subgraphs: SubgraphCaller;
  readonly #logger: Logger;

  constructor(app: AppName, subgraphs: SubgraphCaller, logger: Logger) {
    this.#app = app;
    this.#subgraphs = subgraphs;
    this.#logger = logger;
  }

  async process(options: ProcessOptions): Promise<ProcessResult> {
    if (!('incomingRequestContext' in options)) {
      throw new RocketError('INTERNAL_ERROR', `A shard takes no request of kind ${options.kind}`);
    }
    try {
      const answer = await this.#execute(options);
      const { data, errors } = answer.result();
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors === undefined ? {} : { errors: errors.map(formatShardError) }),
      };
    } catch (error) {
      // Nobody is there to miss it.
      if (!(error instanceof CallerGone))
        this.#logger.warn(
          { err: error, app: this.#app, requestId: options.context.requestId },
          'fetch failed',
        );
      return { errors: asFieldErrors(error, options) };
    }
  }

  async #execute(options: IncomingOperation): Promise<SubgraphAnswer> {
    // An intersection with a record of `any` hides what the property is.
    const fetched: FetchOutcome | undefined = options.context.fetched;
    if (fetched !== undefined) return outcomeOf(fetched, this.#app);
    const { query = '', variables = {}, operationName } = options.request;
    return await this.#subgraphs.execute({
      app: this.#app,
      kind: isMutation(query, options.document) ? 'write' : 'read',
      context: options.context,
      operation: {
        query,
        variables,
        ...(options.document === undefined ? {} : { document: options.document }),
        ...(operationName === undefined ? {} : { operationName }),
      },
    });
  }
}

/** The request has only one fetch, and it has been made. */
function outcomeOf(fetched: FetchOutcome, app: AppName): SubgraphAnswer {
  if (fetched.app !== app) {
    throw new RocketError('INTERNAL_ERROR', `The plan asks ${app} for what ${fetched.app} was asked for`);
  }
  if (fetched.kind === 'failed') throw fetched.error;
  return fetched.answer;
}

export function isMutation(query: string, document: DocumentNode | undefined): boolean {
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
