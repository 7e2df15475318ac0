import type { HttpAnswer } from '@rocket/platform';
import { holdsRawNumber, RocketError, type SubgraphOperation } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import { nullCondition } from '../documents/condition-variables.ts';
import type { SubgraphCaller } from '../execution/subgraph-caller.ts';
import type { FetchOutcome, GraphContext } from '../graph-context.ts';
import type { GraphqlParameters, GraphqlRequest } from '../http/graphql-request.ts';
import { type KnownOperation, KnownOperations } from './known-operations.ts';

/** Most Accept headers that are remembered. There are as many as kinds of clients, unless somebody varies them. */
const MAX_ACCEPTS = 100;

/** The result of the fast path for a request. */
export type FastResult =
  | { readonly kind: 'answer'; readonly answer: HttpAnswer }
  /** Nothing has been done yet: the request takes the long way. */
  | { readonly kind: 'pass' }
  /** The answer has errors, which the long way has to report; it must not call the shard again. */
  | { readonly kind: 'fetched'; readonly fetched: FetchOutcome };

export const PASS: FastResult = { kind: 'pass' };

/**
 * Answers operations that are known to go to one subgraph with that subgraph's text, unread. It knows nothing of the
 * rules of HTTP and of documents: it repeats, for the same operation and the same Accept header, what the long way did.
 * Every request that it has not seen there, and every answer with errors, takes the long way.
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
    const { given: parameters } = request;
    const headers = this.#headers.get(request.accept);
    if (parameters === null || headers === undefined) return PASS;
    const known = this.operations.find(parameters.query, parameters.operationName);
    if (known === null) return PASS;
    const { app, kind, asked } = known;
    const { variables } = parameters;
    if (kind === 'write' && !request.mayWrite) return PASS;
    // The long way, which knows the types of the variables, refuses or coerces them.
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

  /** Called with every answer of the long way. */
  learn(request: GraphqlRequest, answer: HttpAnswer): void {
    if (answer.status !== 200 || request.given === null || !isGood(answer)) return;
    const { query, operationName } = request.given;
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

/** True when the subgraph refused the document, which it checks before it does anything. */
function refusesDocument(error: unknown): boolean {
  if (!(error instanceof RocketError)) return false;
  return error.code === 'GRAPHQL_VALIDATION_FAILED' || error.code === 'GRAPHQL_PARSE_FAILED';
}
