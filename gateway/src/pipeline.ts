/**
 * The way of a GraphQL request through the gateway, from the socket to the shards:
 *
 *   http -> identity -> graph -> response cache -> fast path, or limits -> documents -> planning -> execution
 *     -> consistency -> answer
 *
 * `createPipeline` has the stages before the graph is known, `askGraph` those at the graph. Each is the folder it is
 * imported from. A stage refuses by throwing an error of the catalogue, which `http/answer.ts` turns into the answer.
 */

import { type CatalogSnapshot, type CatalogView, callerSignal, type HttpAnswer } from '@rocket/platform';
import type { ExecutionResult } from 'graphql';
import { executeRequest } from './apollo/execute-request.ts';
import { readResult } from './apollo/read-result.ts';
import { type Asked, askedHash, askedHead } from './cache/asked.ts';
import type { GatewayCache } from './cache/open-cache.ts';
import { type Consistency, leastEpoch, leastPosition } from './consistency/consistency.ts';
import { CONSISTENCY_HEADER } from './consistency/consistency-token.ts';
import { prepareRequest } from './documents/prepare-request.ts';
import { PASS } from './fast-path/fast-path.ts';
import type { GraphContext } from './graph-context.ts';
import { acceptsTokensOf, type GraphKey, graphKeyText } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import type { ServedGraph } from './graphs/served-graph.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { type GraphqlRequest, postedRequest, receiveGraphqlRequest } from './http/graphql-request.ts';
import type { PersistedQueries } from './http/persisted-queries.ts';
import { type Authenticator, requireAudience } from './identity/authenticator.ts';
import { callerFor, type Identity } from './identity/identity.ts';
import type { ExecuteRequest } from './streams/stream-parts.ts';

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

/** Both refuse a request by rejecting with the error of the stage that refused it. */
export interface GraphqlPipeline {
  readonly serve: (request: HttpRequest, key: GraphKey) => Promise<HttpAnswer>;
  /** For a request that came another way than by HTTP, whose caller is known, and may ask here. */
  readonly execute: (request: ExecuteRequest) => Promise<ExecutionResult>;
}

export function createPipeline(parts: PipelineParts): GraphqlPipeline {
  const { authenticator, consistency, view } = parts;
  return {
    async serve({ message, search, requestId, authorization }, key) {
      const deadlineAtMs = Date.now() + parts.requestTimeoutMs;

      // identity: before the body is read, so that strangers cannot make us read it
      const identity = await authenticator.authenticate(authorization);
      requireAudienceAt(identity, key, view.current);

      // http: body, media types. It is only parsed, and the text of a persisted query found, where the cache has no
      // answer
      const received = await receiveGraphqlRequest(message, search, parts.maxBodyBytes);
      const head = askedHead(message);
      return await askKey(parts, {
        ...{ key, identity, requestId, deadlineAtMs, head },
        signal: callerSignal(message),
        token: consistency.ofHeader(message.headers[CONSISTENCY_HEADER]),
        hash: askedHash(head, received.parameters),
        request: async () => await parts.persistedQueries(received.read()),
      });
    },
    async execute({ key, identity, parameters, requestId, signal }) {
      const deadlineAtMs = Date.now() + parts.requestTimeoutMs;
      const text = JSON.stringify(parameters);
      const answer = await askKey(parts, {
        ...{ key, identity, requestId, deadlineAtMs, head: STREAM_HEAD, signal, token: null },
        hash: askedHash(STREAM_HEAD, text),
        request: async () => postedRequest(parameters, STREAM_HEAD.accept),
      });
      return readResult(answer);
    },
  };
}

/** Requests that come over streams, where each answer is a message. */
const STREAM_HEAD = {
  method: 'POST',
  accept: 'application/json',
  wantsFresh: false,
  ifNoneMatch: undefined,
} as const;

interface AskedKey extends Omit<Asked, 'graph' | 'name'> {
  readonly key: GraphKey;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

async function askKey(
  { graphs, cache, consistency }: PipelineParts,
  { key, requestId, signal, ...asked }: AskedKey,
): Promise<HttpAnswer> {
  const { identity, token, deadlineAtMs } = asked;
  // graph: the composition that serves the key now; loaded when it is first asked for
  return await graphs.use(key, deadlineAtMs, (graph) =>
    graph.during(() => {
      const context: GraphContext = {
        requestId,
        callerFor: (app) => callerFor(identity, app),
        graph: graph.revision.id,
        deadlineAtMs,
        signal,
        forwardedHeaders: NO_HEADERS,
        ...(token === null ? {} : { atLeast: leastPosition(token), leastEpoch: leastEpoch(token) }),
      };
      // response cache: an answer that is kept for callers like this one, and still true
      return cache.serve({ ...asked, graph, name: graphKeyText(key) }, async (request, facts) => {
        const answer = await askGraph(graph, request, { ...context, facts });
        // consistency: what was written is known here before its caller hears of it
        return await consistency.tell(answer, facts, token);
      });
    }),
  );
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

/** @throws RocketError `UNAUTHENTICATED` for tokens that are not accepted at the graph, `GRAPH_NOT_FOUND` */
export function requireAudienceAt(identity: Identity, key: GraphKey, snapshot: CatalogSnapshot): void {
  requireAudience(identity, (app) => acceptsTokensOf(key, app, snapshot), placeOf(key));
}

function placeOf(key: GraphKey): string {
  return key.kind === 'app' ? `app ${key.app}` : `graph ${key.graph}`;
}
