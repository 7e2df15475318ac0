import { CallerGone, type Logger } from '@rocket/platform';
import { type AppName, RocketError, type SubgraphAnswer } from '@rocket/schema';
import { type GraphQLError, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { FetchOutcome } from '../graph-context.ts';
import { ENTITIES_FIELD, failedFieldPaths } from './failed-fields.ts';
import type { SubgraphCaller } from './subgraph-caller.ts';
import type { SubgraphFetch, SubgraphResult, SubgraphSource } from './subgraph-source.ts';

/** One subgraph of a graph, as a source for the gateway's executor. */
export class ShardDataSource implements SubgraphSource {
  readonly #app: AppName;
  readonly #subgraphs: SubgraphCaller;
  readonly #logger: Logger;

  constructor(app: AppName, subgraphs: SubgraphCaller, logger: Logger) {
    this.#app = app;
    this.#subgraphs = subgraphs;
    this.#logger = logger;
  }

  async fetch(fetch: SubgraphFetch): Promise<SubgraphResult> {
    try {
      const answer = await this.#execute(fetch);
      const { data, errors } = answer.result();
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors === undefined
          ? {}
          : { errors: errors.map(formatShardError).flatMap((one) => atEntityFields(one, fetch)) }),
      };
    } catch (error) {
      // If the caller has gone, nobody misses the answer.
      if (!(error instanceof CallerGone)) {
        const isKnown = error instanceof RocketError && error.code !== 'INTERNAL_ERROR';
        const facts = { err: error, app: this.#app, requestId: fetch.context.requestId };
        this.#logger[isKnown ? 'warn' : 'error'](facts, 'fetch failed');
      }
      return { errors: asFieldErrors(error, fetch) };
    }
  }

  async #execute(fetch: SubgraphFetch): Promise<SubgraphAnswer> {
    const { query, document, variables, operationName, context } = fetch;
    if (context.fetched !== undefined) return outcomeOf(context.fetched, this.#app);
    return await this.#subgraphs.execute({
      app: this.#app,
      kind: fetch.kind === OperationTypeNode.MUTATION ? 'write' : 'read',
      context,
      operation: { query, variables, document, ...(operationName === undefined ? {} : { operationName }) },
    });
  }
}

/** The outcome of the request's only fetch, which the fast path has already made. */
function outcomeOf(fetched: FetchOutcome, app: AppName): SubgraphAnswer {
  if (fetched.app !== app) {
    throw new RocketError('INTERNAL_ERROR', `The plan asks ${app} for what ${fetched.app} was asked for`);
  }
  if (fetched.kind === 'failed') throw fetched.error;
  return fetched.answer;
}

/** Callers do not know `_entities`: an error of all entities is reported at the fields that it leaves null. */
function atEntityFields(error: GraphQLFormattedError, fetch: SubgraphFetch): GraphQLFormattedError[] {
  if (error.path?.length !== 1 || error.path[0] !== ENTITIES_FIELD) return [error];
  return failedFieldPaths(fetch.document, fetch.variables).map((path) => ({ ...error, path }));
}

/** In process, an error of the catalogue may come as an object; over HTTP it already has its code. */
function formatShardError(error: GraphQLError): GraphQLFormattedError {
  const formatted = error.toJSON();
  if (!(error.originalError instanceof RocketError) || formatted.extensions?.['code'] !== undefined)
    return formatted;
  const { code, details, message } = error.originalError;
  return { ...formatted, message, extensions: { ...details, code } };
}

/**
 * A failed fetch becomes an error on each field that it leaves null: a thrown error would reach the caller without a
 * path.
 */
function asFieldErrors(error: unknown, fetch: SubgraphFetch): GraphQLFormattedError[] {
  const known = error instanceof RocketError ? error : new RocketError('INTERNAL_ERROR');
  const extensions = { ...known.details, code: known.code, retryable: known.retryable };
  return failedFieldPaths(fetch.document, fetch.variables).map((path) => ({
    message: known.message,
    path,
    extensions,
  }));
}
