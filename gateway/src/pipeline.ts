/**
 * The way of a GraphQL request through the gateway, from the socket to the shards:
 *
 *   http -> identity -> graph -> response cache -> fast path, or limits -> documents -> planning -> execution
 *     -> consistency -> answer
 *
 * `createPipeline` has the stages before the graph is known, `askGraph` those at the graph. Each is the folder it is
 * imported from. A stage refuses by throwing an error of the catalogue, which `http/answer.ts` turns into the answer.
 */

import { type CatalogView, callerSignal, type HttpAnswer } from '@rocket/platform';
import { executeRequest } from './apollo/execute-request.ts';
import { askedHash, askedHead } from './cache/asked.ts';
import type { GatewayCache } from './cache/open-cache.ts';
import { type Consistency, leastPosition } from './consistency/consistency.ts';
import { CONSISTENCY_HEADER } from './consistency/consistency-token.ts';
import { prepareRequest } from './documents/prepare-request.ts';
import { PASS } from './fast-path/fast-path.ts';
import type { GraphContext } from './graph-context.ts';
import { acceptsTokensOf, type GraphKey, graphKeyText } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import type { ServedGraph } from './graphs/served-graph.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { type GraphqlRequest, receiveGraphqlRequest } from './http/graphql-request.ts';
import type { PersistedQueries } from './http/persisted-queries.ts';
import { type Authenticator, requireAudience } from './identity/authenticator.ts';
import { callerFor } from './identity/identity.ts';

export interface PipelineParts {
  readonly view: CatalogView;
  readonly authenticator: Authenticator;
  readonly graphs: GraphStore;
  readonly cache: GatewayCache;
  readonly consistency: Consistency;
  readonly persistedQueries: PersistedQueries;
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
}

const NO_HEADERS = {};

export type GraphqlPipeline = (request: HttpRequest, key: GraphKey) => Promise<HttpAnswer>;

/** The pipeline refuses a request by rejecting with the error of the stage that refused it. */
export function createPipeline(parts: PipelineParts): GraphqlPipeline {
  const { authenticator, cache, consistency, graphs, view } = parts;
  return async function serve({ message, search, requestId, authorization }, key) {
    const deadlineAtMs = Date.now() + parts.requestTimeoutMs;

    // identity: before the body is read, so that strangers cannot make us read it
    const identity = await authenticator.authenticate(authorization);
    requireAudience(identity, (app) => acceptsTokensOf(key, app, view.current), placeOf(key));

    // http: body, media types. It is only parsed, and the text of a persisted query found, where the cache has no answer
    const received = await receiveGraphqlRequest(message, search, parts.maxBodyBytes);
    const head = askedHead(message);
    const token = consistency.ofHeader(message.headers[CONSISTENCY_HEADER]);

    // graph: the composition that serves the key now; loaded when it is first asked for
    return await graphs.use(key, deadlineAtMs, (graph) =>
      graph.during(() => {
        const context: GraphContext = {
          requestId,
          callerFor: (app) => callerFor(identity, app),
          graph: graph.revision.id,
          deadlineAtMs,
          signal: callerSignal(message),
          forwardedHeaders: NO_HEADERS,
          ...(token === null ? {} : { atLeast: leastPosition(token) }),
        };
        // response cache: an answer that is kept for callers like this one, and still true
        const asked = {
          ...{ graph, name: graphKeyText(key), identity, head, token, deadlineAtMs },
          hash: askedHash(head, received.parameters),
          request: async () => await parts.persistedQueries(received.read()),
        };
        return cache.serve(asked, async (request, facts) => {
          const answer = await askGraph(graph, request, { ...context, facts });
          // consistency: what was written is known here before its caller hears of it
          return await consistency.tell(answer, facts, token);
        });
      }),
    );
  };
}

/** The stages at one graph that make an answer. */
export async function askGraph(
  { fastPath, documents, server }: ServedGraph,
  request: GraphqlRequest,
  context: GraphContext,
): Promise<HttpAnswer> {
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
}

function placeOf(key: GraphKey): string {
  return key.kind === 'app' ? `app ${key.app}` : `graph ${key.graph}`;
}
