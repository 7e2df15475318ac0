/**
 * The way of a GraphQL request through the gateway, from the socket to the shards:
 *
 *   http -> identity -> limits -> (response cache) -> document -> plan -> executor
 *
 * Each line of `serve` is one stage, and each stage is the folder it is imported from. A stage refuses by throwing an
 * error of the catalogue, which `http/answer.ts` turns into the answer.
 */

import type { HttpAnswer } from '@rocket/platform';
import type { CatalogView } from './execution/catalog-view.ts';
import { acceptedAudiences, type GraphKey } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { graphqlAnswer, readGraphqlRequest } from './http/graphql-request.ts';
import { type Authenticator, requireAudience } from './identity/authenticator.ts';
import { callerFor } from './identity/identity.ts';
import { checkNesting } from './limits/nesting.ts';

export interface PipelineParts {
  readonly view: CatalogView;
  readonly authenticator: Authenticator;
  readonly graphs: GraphStore;
  readonly maxBodyBytes: number;
  readonly requestTimeoutMs: number;
}

export type GraphqlPipeline = (request: HttpRequest, key: GraphKey) => Promise<HttpAnswer>;

/** The pipeline refuses a request by rejecting with the error of the stage that refused it. */
export function createPipeline(parts: PipelineParts): GraphqlPipeline {
  return async function serve(request, key) {
    const deadlineAtMs = Date.now() + parts.requestTimeoutMs;

    // identity: before the body is read, so that strangers cannot make us read it
    const identity = await parts.authenticator.authenticate(request.authorization);
    requireAudience(identity, acceptedAudiences(key, parts.view.current), placeOf(key));

    // http: body, media types, parameters
    const { http, source } = await readGraphqlRequest(request.message, request.search, parts.maxBodyBytes);

    // limits: what has to hold before the parser runs; tokens, depth, aliases and root fields are checked with the document
    if (source !== null) checkNesting(source);

    // The response cache belongs here: it needs the caller and the operation, and spares all that follows.

    // document, plan, executor: Apollo Server and @apollo/gateway, over our data sources
    const response = await parts.graphs.use(key, deadlineAtMs, (graph) =>
      graph.execute(http, {
        requestId: request.requestId,
        callerFor: (app) => callerFor(identity, app),
        deadlineAtMs,
        forwardedHeaders: {},
      }),
    );
    return graphqlAnswer(response);
  };
}

function placeOf(key: GraphKey): string {
  return key.kind === 'app' ? `app ${key.app}` : `graph ${key.graph}`;
}
