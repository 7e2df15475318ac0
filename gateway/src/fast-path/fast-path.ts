import type { HttpAnswer } from '@rocket/platform';
import { holdsRawNumber, RocketError, type SubgraphOperation } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { nullCondition } from '../documents/condition-variables.ts';
import type { SubgraphCaller } from '../execution/subgraph-caller.ts';
import type { FetchOutcome, GraphContext } from '../graph-context.ts';
import type { GraphqlParameters, GraphqlRequest } from '../http/graphql-request.ts';
import { type KnownOperation, KnownOperations } from './known-operations.ts';

/** Values of the Accept header. There are as many as kinds of clients, unless somebody plays with them. */
const MAX_ACCEPTS = 100;

/** How far the fast path came with a request. */
export type FastResult =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  /** Nothing has been done yet: the long way. */
  | { readonly kind: 'pass' }
  /** There are errors to tell, which is the long way's affair; it must not ask the shard again. */
  | { readonly kind: 'fetched'; readonly fetched: FetchOutcome };

export const PASS: FastResult = { kind: 'pass' };

/**
 * Answers operations that are known to go to one subgraph with that subgraph's text, unread. It knows nothing of the rules
 * of HTTP and of documents: it repeats, for the same operation and the same Accept header, what the long way did. Whatever
 * it has not seen there, and every answer with errors, takes the long way.
 */
export class FastPath {
  readonly operations = new KnownOperations();
  readonly #subgraphs: SubgraphCaller;
  /** Headers of good answers, by Accept header. */
  readonly #headers = new LRUCache<string, HttpAnswer['headers']>({ max: MAX_ACCEPTS });

  constructor(subgraphs: SubgraphCaller) {
    this.#subgraphs = subgraphs;
  }

  async serve(request: GraphqlRequest, context: GraphContext): Promise<FastResult> {
    const { parameters } = request;
    const headers = this.#headers.get(request.accept);
    if (parameters === null || headers === undefined) return PASS;
    const known = this.operations.find(parameters.query, parameters.operationName);
    if (known === null) return PASS;
    const { app, kind, asked } = known;
    const { variables } = parameters;
    // To be refused, or to be fitted to their types, where everything is known about them.
    if (nullCondition(asked.conditions, variables) !== null || holdsRawNumber(variables)) return PASS;
    try {
      const answer = await this.#subgraphs.execute({
        ...{ app, kind, context },
        operation: withVariables(known, variables),
      });
      if (answer.hasErrors) return { kind: 'fetched', fetched: { kind: 'answered', app, answer } };
      return { kind: 'answer', answer: { status: 200, headers, body: answer.json() } };
    } catch (error) {
      if (refusesDocument(error)) return this.#giveUp(known);
      return { kind: 'fetched', fetched: { kind: 'failed', app, error } };
    }
  }

  /** Told of every answer of the long way. */
  learn(request: GraphqlRequest, answer: HttpAnswer): void {
    if (answer.status !== 200 || request.parameters === null || !isGood(answer)) return;
    const { query, operationName } = request.parameters;
    if (this.operations.find(query, operationName) !== null)
      this.#headers.set(request.accept, answer.headers);
  }

  #giveUp(known: KnownOperation): FastResult {
    this.operations.forget(known);
    return PASS;
  }
}

function withVariables(
  { operation, asked }: KnownOperation,
  variables: GraphqlParameters['variables'],
): SubgraphOperation {
  if (asked.values !== null) return { ...operation, variables: { ...variables, ...asked.values } };
  return variables === undefined ? operation : { ...operation, variables };
}

/** Apollo Server writes errors first. */
function isGood({ body }: HttpAnswer): boolean {
  return typeof body === 'string' && body.startsWith('{"data"');
}

/** A subgraph looks at the document before it does anything, so that nothing has been done. */
function refusesDocument(error: unknown): boolean {
  if (!(error instanceof RocketError)) return false;
  return error.code === 'GRAPHQL_VALIDATION_FAILED' || error.code === 'GRAPHQL_PARSE_FAILED';
}
