import { type Catalog, createHttpServer, DEFAULT_METRICS_HOST } from '@rocket/platform';
import { graphName, RocketError } from '@rocket/schema';
import { type GatewayOptions, openParts } from './gateway-parts.ts';
import { GraphBroken } from './graphs/graph-broken.ts';
import { type GraphKey, MAIN_GRAPH } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import { errorAnswer } from './http/answer.ts';
import { createDispatcher, type RouteHandlers } from './http/dispatch.ts';
import { createGraphiql } from './http/graphiql.ts';
import { createMetricsServer } from './http/operator/metrics-server.ts';
import { operatorHandlers } from './http/operator/operator-routes.ts';

/** How long a start, and a probe, wait for the main graph. */
const START_WAIT_MS = 120_000;
const PROBE_WAIT_MS = 5_000;

export interface Gateway {
  /** Resolves with the port, once connections are accepted. */
  listen(port: number, host: string): Promise<number>;
  /**
   * Stops accepting, finishes requests in flight, then closes everything that the gateway opened. The catalog and its
   * view stay open.
   */
  close(): Promise<void>;
  /** Resolves when the graph `main` is loaded; a failure to load it is logged and tried again at `/ready`. */
  readonly whenReady: Promise<void>;
}

/** Puts the gateway together, with `openParts`. This is the only place where its parts meet. */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { catalog, config, logger, metrics } = options;
  const { graphs, admin, auth, serve, streams, home, metricsAccess, endWaits, closeParts } =
    await openParts(options);
  const handlers: RouteHandlers = {
    graphql: (request, { key }) =>
      streams.wants(request.message) ? streams.serve(request, key) : serve(request, key),
    admin: (request) =>
      streams.wants(request.message) ? streams.serveAt(request, admin.place) : admin.serve(request),
    auth: (request, { action }) => auth(request, action),
    home,
    ...operatorHandlers({
      metrics,
      metricsAccess,
      async checkReady() {
        if (options.isReady?.() === false) throw new RocketError('NOT_READY');
        await checkReady(catalog, graphs, PROBE_WAIT_MS);
      },
    }),
  };
  const http = createHttpServer({
    handler: createDispatcher({
      ...{ handlers, metrics, ...config },
      graphiql: createGraphiql({ signIn: true, proposedEmail: options.proposedEmail ?? null }),
    }),
    onUpgrade: streams.upgrade,
    onError: errorAnswer,
    logger,
    maxConnections: config.maxConnections,
  });
  const measured = config.metricsPort ?? null;
  const metricsHttp = createMetricsServer(metrics, logger);
  const whenReady = checkReady(catalog, graphs, START_WAIT_MS).catch((error: unknown) => {
    logger.error({ err: error }, 'the main graph is not loaded');
  });
  return {
    async listen(port, host) {
      if (measured !== null) await metricsHttp.listen(measured, config.metricsHost ?? DEFAULT_METRICS_HOST);
      return await http.listen(port, host);
    },
    whenReady,
    async close() {
      endWaits();
      await streams.close();
      await http.close();
      await metricsHttp.close();
      await whenReady;
      await closeParts();
    },
  };
}

/** @throws RocketError `NOT_READY` while the catalog does not answer or the main graph is being loaded */
async function checkReady(catalog: Catalog, graphs: GraphStore, waitMs: number): Promise<void> {
  try {
    await catalog.ping();
    const main: GraphKey = { kind: 'named', graph: graphName(MAIN_GRAPH) };
    await graphs.use(main, Date.now() + waitMs, async () => undefined);
  } catch (cause) {
    // Two apps that clash in one graph must not take the graphs of all others out of service.
    if (cause instanceof GraphBroken) return;
    throw new RocketError('NOT_READY', undefined, { cause });
  }
}
