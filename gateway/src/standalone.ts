import type { Config, HttpAnswer, Logger, Metrics } from '@rocket/platform';
import { callerSignal, cleanUpAfter, createHttpServer, createMetrics } from '@rocket/platform';
import { type GraphRevision, graphName, graphRevisionId, RocketError } from '@rocket/schema';
import type { GraphQLFormattedError } from 'graphql';
import { startGatewayServer } from './apollo/apollo-server.ts';
import { maskError } from './errors/mask.ts';
import type { Gateway } from './gateway.ts';
import { MAIN_GRAPH } from './graphs/graph-key.ts';
import { ServedGraph } from './graphs/served-graph.ts';
import { errorAnswer } from './http/answer.ts';
import type { CorsConfig } from './http/cors.ts';
import { createDispatcher, type HttpRequest, type RouteHandlers } from './http/dispatch.ts';
import { createGraphiql } from './http/graphiql.ts';
import { readGraphqlRequest } from './http/graphql-request.ts';
import { homeAnswer } from './http/home.ts';
import type { ListedGraph } from './http/list-graphs.ts';
import { createMetricsAccess } from './http/operator/metrics-access.ts';
import { operatorHandlers } from './http/operator/operator-routes.ts';
import { createPersistedQueries, type PersistedQueries } from './http/persisted-queries.ts';
import { askGraph } from './pipeline.ts';
import { createPlanner } from './planning/planner.ts';
import { SubgraphDataSource } from './transport/subgraph-data-source.ts';

/** A finished supergraph has no revision; its data sources do not use one. */
const NO_REVISION: GraphRevision = { id: graphRevisionId('0'.repeat(32)), home: null, members: [] };

/** Nothing is known of what its subgraphs let whom read. */
const NO_APPS = { fastPath: null, scopes: null, questions: null };

/** Its parts are subgraphs of others, not apps. */
const THE_GRAPH: readonly ListedGraph[] = [
  { key: { kind: 'named', graph: graphName(MAIN_GRAPH) }, apps: null },
];

export interface SupergraphGatewayOptions {
  readonly supergraphSdl: string;
  readonly config: Pick<Config, 'introspection' | 'maxBodyBytes' | 'requestTimeoutMs'> &
    Partial<Pick<Config, 'maxConnections' | 'metricsToken'>> &
    CorsConfig;
  readonly logger: Logger;
}

/**
 * Serves a finished Federation 2 supergraph over the URLs it names, at `/graphql`: no catalog, no shards, no login.
 * Subgraphs get the caller's Authorization header and the request id, and check permissions themselves.
 */
export async function createSupergraphGateway(options: SupergraphGatewayOptions): Promise<Gateway> {
  const { config, logger } = options;
  const { graph, closeGraph } = await openGraph(options);
  const metrics = createMetrics({ processMetrics: true });
  const http = createHttpServer({
    handler: createDispatcher({
      handlers: routeHandlers(graph, { config, metrics }),
      graphiql: createGraphiql({ signIn: false }),
      metrics,
      ...config,
    }),
    onError: errorAnswer,
    logger,
    maxConnections: config.maxConnections,
  });
  return {
    listen: (port, host) => http.listen(port, host),
    whenReady: Promise.resolve(),
    async close() {
      await http.close();
      await closeGraph();
    },
  };
}

/** The single graph, ready for traffic, with the function that closes everything it has opened. */
async function openGraph({ supergraphSdl, config, logger }: SupergraphGatewayOptions) {
  const sources: SubgraphDataSource[] = [];
  const planner = createPlanner();
  const starting = startGatewayServer({
    supergraphSdl,
    planner,
    introspection: config.introspection,
    logger,
    formatError: passSubgraphErrors,
    buildDataSource: ({ name, url }) => {
      const source = new SubgraphDataSource(name, url);
      sources.push(source);
      return source;
    },
  });
  const started = await starting.catch(async (error: unknown) => {
    await cleanUpAfter(error, () => planner.close());
    throw noSupergraph(error);
  });
  const graph = new ServedGraph(NO_REVISION, { ...started, ...NO_APPS }, logger);
  await graph.warm();
  return {
    graph,
    async closeGraph() {
      await graph.retire();
      await planner.close();
      await Promise.all(sources.map((source) => source.close()));
    },
  };
}

function routeHandlers(
  graph: ServedGraph,
  { config, metrics }: { readonly config: SupergraphGatewayOptions['config']; readonly metrics: Metrics },
): RouteHandlers {
  const persistedQueries = createPersistedQueries(null);
  return {
    graphql: async (request, { key }) => {
      if (key.kind !== 'named' || key.graph !== MAIN_GRAPH) throw new RocketError('NOT_FOUND');
      return await serveSupergraph(graph, request, { ...config, persistedQueries });
    },
    admin: notHere,
    auth: notHere,
    home: async ({ message }) => homeAnswer(message.headers.accept, { graphs: THE_GRAPH, signIn: false }),
    ...operatorHandlers({
      metrics,
      metricsAccess: createMetricsAccess({
        token: config.metricsToken ?? null,
        isOperator: async () => false,
      }),
      checkReady: async () => undefined,
    }),
  };
}

/** The pipeline without identity: the remaining stages, in the same order. */
async function serveSupergraph(
  graph: ServedGraph,
  request: HttpRequest,
  parts: Pick<Config, 'maxBodyBytes' | 'requestTimeoutMs'> & { readonly persistedQueries: PersistedQueries },
): Promise<HttpAnswer> {
  const deadlineAtMs = Date.now() + parts.requestTimeoutMs;
  const { requestId, authorization } = request;
  const asked = await readGraphqlRequest(request.message, request.search, parts.maxBodyBytes);
  const graphql = await parts.persistedQueries(asked);
  return await askGraph(graph, graphql, {
    requestId,
    callerFor: () => ({ userId: null, email: null, roles: [], isAdmin: false }),
    graph: graph.revision.id,
    deadlineAtMs,
    signal: callerSignal(request.message),
    forwardedHeaders: {
      'x-request-id': requestId,
      ...(authorization === undefined ? {} : { authorization }),
    },
  });
}

async function notHere(): Promise<never> {
  throw new RocketError('NOT_FOUND', 'A gateway of a finished supergraph has nothing at this path');
}

/**
 * Errors in a foreign subgraph's answer are meant for callers, so they pass with their codes. Only what reveals our
 * internals, or the subgraph's, is removed.
 */
function passSubgraphErrors(formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError {
  const masked = maskError(formatted, error);
  const { serviceName, stacktrace, exception, response, ...extensions } = formatted.extensions ?? {};
  if (masked.extensions?.['code'] !== 'INTERNAL_ERROR' || serviceName === undefined) return masked;
  return { ...masked, message: formatted.message, extensions };
}

/** The supergraph comes from an operator, who needs to know what is wrong with it. */
function noSupergraph(error: unknown): unknown {
  const fault = error instanceof RocketError ? error.cause : undefined;
  if (!(fault instanceof Error)) return error;
  const [reason = ''] = fault.message.split('\n');
  return new RocketError('BAD_REQUEST', `The file is no supergraph of Federation 2: ${reason}`, {
    cause: error,
  });
}
