/**
 * The way of a GraphQL request through the gateway, from the socket to the shards:
 *
 *   http -> identity -> (response cache) -> graph: fast path, or limits -> document -> plan -> executor
 *
 * Each line of `serve` is one stage, and each stage is the folder it is imported from. A stage refuses by throwing an
 * error of the catalogue, which `http/answer.ts` turns into the answer.
 */

import { callerSignal, type HttpAnswer } from '@rocket/platform';
import type { CatalogView } from './execution/catalog-view.ts';
import { acceptsTokensOf, type GraphKey } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { readGraphqlRequest } from './http/graphql-request.ts';
import { type Authenticator, requireAudience } from './identity/authenticator.ts';
import { callerFor } from './identity/identity.ts';

export interface PipelineParts {
  readonly view: CatalogView;
  readonly authenticator: Authenticator;
  readonly graphs: GraphStore;
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

    // http: body, media types, parameters
    const graphql = await readGraphqlRequest(request.message, request.search, parts.maxBodyBytes);

    // The response cache belongs here: it needs the caller and the operation, and spares all that follows.

    // graph: an operation that is known to be answered by one subgraph passes through (graphs/fast-path.ts); any other is
    // held to the limits, prepared (documents/), parsed and validated by Apollo Server, planned in a thread (planning/), and
    // executed by its plan over the shards (plan-execution/)
    return await parts.graphs.use(key, deadlineAtMs, (graph) =>
      graph.execute(graphql, {
        requestId: request.requestId,
        callerFor: (app) => callerFor(identity, app),
        deadlineAtMs,
        signal: callerSignal(request.message),
        forwardedHeaders: NO_HEADERS,
      }),
    );
  };
}

function placeOf(key: GraphKey): string {
  return key.kind === 'app' ? `app ${key.app}` : `graph ${key.graph}`;
}
