import {
  type Catalog,
  type CatalogView,
  type Config,
  createHttpServer,
  DEFAULT_METRICS_HOST,
  type EventBus,
  type Logger,
  type Metrics,
  type SharedCache,
} from '@rocket/platform';
import { graphName, RocketError, type ShardName } from '@rocket/schema';
import type { CacheConfig } from './cache/open-cache.ts';
import { openParts } from './gateway-parts.ts';
import { GraphBroken } from './graphs/graph-broken.ts';
import { type GraphKey, MAIN_GRAPH } from './graphs/graph-key.ts';
import type { GraphStore } from './graphs/graph-store.ts';
import { errorAnswer } from './http/answer.ts';
import type { CorsConfig } from './http/cors.ts';
import { createDispatcher, type RouteHandlers } from './http/dispatch.ts';
import { createGraphiql } from './http/graphiql.ts';
import { createMetricsServer } from './http/operator/metrics-server.ts';
import { operatorHandlers } from './http/operator/operator-routes.ts';
import type { ShardDirectory } from './transport/shard-services.ts';

/** How long a start, and a probe, wait for the main graph. */
const START_WAIT_MS = 120_000;
const PROBE_WAIT_MS = 5_000;

export interface GatewayOptions {
  readonly catalog: Catalog;
  /** The process's view of that catalog. */
  readonly view: CatalogView;
  /** What has changed in the apps. It stays open when the gateway is closed. */
  readonly bus: EventBus;
  /** What gateways and shards share of what they keep. It stays open when the gateway is closed. */
  readonly sharedCache: SharedCache;
  /** Used only for shards without a URL, which run in this process. */
  readonly shards: ShardDirectory;
  /** Registers a shard and serves it in this process, from a Postgres that is the process's own. */
  readonly addLocalShard?: (name: ShardName) => Promise<void>;
  readonly config: Pick<Config, 'introspection' | 'maxBodyBytes' | 'requestTimeoutMs'> &
    CacheConfig &
    Partial<Pick<Config, 'maxConnections' | 'metricsToken' | 'metricsPort' | 'metricsHost'>> &
    CorsConfig;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /**
   * True when everything else is done before the process is ready, such as a first import; `/ready` is 503 until then.
   */
  readonly isReady?: () => boolean;
  /**
   * Platform user whom GraphiQL proposes to sign in as. Everybody who opens the page can read it, so use it only on a
   * developer's own machine.
   */
  readonly proposedEmail?: string | null;
}

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
  const { graphs, admin, auth, serve, home, metricsAccess, endWaits, closeParts } = await openParts(options);
  const handlers: RouteHandlers = {
    graphql: (request, { key }) => serve(request, key),
    admin: (request) => admin.serve(request),
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
