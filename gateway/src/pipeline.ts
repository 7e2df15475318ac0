/**
 * The way of a GraphQL request through the gateway, from the socket to the shards:
 *
 *   http -> identity -> graph -> (response cache) -> fast path, or limits -> documents -> planning
 *     -> execution -> answer
 *
 * `createPipeline` has the stages before the graph is known, `askGraph` those at the graph. Each is the folder it is
 * imported from. A stage refuses by throwing an error of the catalogue, which `http/answer.ts` turns into the answer.
 */

import { type CatalogView, callerSignal, type HttpAnswer } from '@rocket/platform';
import { executeRequest } from './apollo/execute-request.ts';
import { prepareRequest } from './documents/prepare-request.ts';
import { PASS } from './fast-path/fast-path.ts';
import type { GraphContext } from './graph-context.ts';
import { acceptsTokensOf, type GraphKey } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import type { ServedGraph } from './graphs/served-graph.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { type GraphqlRequest, readGraphqlRequest } from './http/graphql-request.ts';
import type { PersistedQueries } from './http/persisted-queries.ts';
import { type Authenticator, requireAudience } from './identity/authenticator.ts';
import { callerFor } from './identity/identity.ts';

export interface PipelineParts {
  readonly view: CatalogView;
  readonly authenticator: Authenticator;
  readonly graphs: GraphStore;
  readonly persistedQueries: PersistedQueries;
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
}

const NO_HEADERS = {};

export type GraphqlPipeline = (request: HttpRequest, key: GraphKey) => Promise<HttpAnswer>;

/** The pipeline refuses a request by rejecting with the error of the stage that refused it. */
export function createPipeline(parts: PipelineParts): GraphqlPipeline {
  return async function serve(request, key) {
    const deadlineAtMs = Date.now() + parts.requestTimeoutMs;

    // identity: before the body is read, so that strangers cannot make us read it
    const identity = await parts.authenticator.authenticate(request.authorization);
    requireAudience(identity, (app) => acceptsTokensOf(key, app, parts.view.current), placeOf(key));

    // http: body, media types, parameters; the text of a persisted query
    const asked = await readGraphqlRequest(request.message, request.search, parts.maxBodyBytes);
    const graphql = await parts.persistedQueries(asked);

    // graph: the composition that serves the key now; loaded when it is first asked for
    return await parts.graphs.use(key, deadlineAtMs, (graph) =>
      askGraph(graph, graphql, {
        requestId: request.requestId,
        callerFor: (app) => callerFor(identity, app),
        graph: graph.revision.id,
        deadlineAtMs,
        signal: callerSignal(request.message),
        forwardedHeaders: NO_HEADERS,
      }),
    );
  };
}

/** The stages at one graph. It keeps the graph from the call on, so that none is retired under a request. */
export async function askGraph(
  graph: ServedGraph,
  request: GraphqlRequest,
  context: GraphContext,
): Promise<HttpAnswer> {
  const { fastPath, documents, server } = graph;
  graph.begin();
  try {
    // The response cache belongs here: it needs the revision, the caller and the operation, and saves everything that
    // follows.

    // fast path: an operation that is known to be answered by one subgraph passes through to it
    const fast = fastPath === null ? PASS : await fastPath.serve(request, context);
    if (fast.kind === 'answer') return fast.answer;

    // limits, documents: refuses what is too large, and brings the rest into a form that all later stages handle
    // correctly
    const { http, more } = prepareRequest(request, documents);

    // planning, execution: Apollo Server parses and validates, and apollo/graph-gateway.ts has the operation planned in
    // a thread (planning/) and its plan executed (plan-execution/) by calls to the shards (execution/, transport/)
    // answer: the plugins in apollo/ give it the caller's keys, what was asked about the schema, and its status
    const fetched = fast.kind === 'fetched' ? { fetched: fast.fetched } : {};
    const answer = await executeRequest(server, http, { ...context, ...fetched, ...more });

    // fast path: what has been answered this way may be answered faster the next time
    fastPath?.learn(request, answer);
    return answer;
  } finally {
    graph.end();
  }
}

function placeOf(key: GraphKey): string {
  return key.kind === 'app' ? `app ${key.app}` : `graph ${key.graph}`;
}
