/** Everything of a gateway that is behind its HTTP server. */
import {
  type Catalog,
  type CatalogView,
  type Config,
  createStoredDocuments,
  type EventBus,
  type Logger,
  type Metrics,
  type SharedCache,
} from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import { createAdmin } from './admin/admin-server.ts';
import { createEventPages } from './admin/events/event-pages.ts';
import { createLazyFollower } from './admin/events/lazy-follower.ts';
import { type CacheConfig, openCache } from './cache/open-cache.ts';
import { QuestionIndex } from './cache/questions/question.ts';
import { createChangeFeeds } from './changes/change-feeds.ts';
import { createConsistency } from './consistency/consistency.ts';
import { createConsistencyTokens } from './consistency/consistency-token.ts';
import { createShardCaller } from './execution/call-shard.ts';
import { createSeenPositions } from './execution/seen-positions.ts';
import { createSubgraphCaller } from './execution/subgraph-caller.ts';
import { createGatewayThreads, type GatewayThreads } from './gateway-threads.ts';
import { createCompositions } from './graphs/compositions.ts';
import { shapeOf } from './graphs/graph-key.ts';
import { GraphStore } from './graphs/graph-store.ts';
import { createRevisionDocuments, createRevisionModels } from './graphs/revision-documents.ts';
import type { CorsConfig } from './http/cors.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { homeAnswer } from './http/home.ts';
import { visibleGraphs } from './http/list-graphs.ts';
import { createMetricsAccess } from './http/operator/metrics-access.ts';
import { createPersistedQueries } from './http/persisted-queries.ts';
import { sharedQueries } from './http/shared-queries.ts';
import { createAuthRoutes } from './identity/auth-routes.ts';
import { type Authenticator, createAuthenticator } from './identity/authenticator.ts';
import { createSessions } from './identity/sessions.ts';
import { createStreamSessions } from './identity/stream-sessions.ts';
import { askGraph, createPipeline, requireAudienceAt } from './pipeline.ts';
import type { StreamParts } from './streams/stream-parts.ts';
import { createStreams } from './streams/streams.ts';
import { createSubscriptions, type SubscriptionParts } from './subscriptions/subscriptions.ts';
import { createShardServices, type ShardDirectory } from './transport/shard-services.ts';

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
  /** Shared with other gateways of the process, and open when this one is closed; otherwise it has threads of its own. */
  readonly threads?: GatewayThreads;
  /**
   * Platform user whom GraphiQL proposes to sign in as. Everybody who opens the page can read it, so use it only on a
   * developer's own machine.
   */
  readonly proposedEmail?: string | null;
}

/** In the order of dependencies. */
export async function openParts(options: GatewayOptions) {
  const { catalog, view, bus, config, logger, sharedCache } = options;
  const { introspection } = config;
  const { internalKey, platformTokenSecret } = await catalog.secrets();
  const serving = openGraphs(options, internalKey);
  const { graphs, shards, cache } = serving;
  const authenticator = createAuthenticator({ snapshot: () => view.current, platformTokenSecret });
  const persistedQueries = createPersistedQueries(sharedQueries(sharedCache));
  const pipeline = createPipeline({
    ...{ ...config, view, authenticator, graphs, cache, persistedQueries },
    consistency: createConsistency(createConsistencyTokens(internalKey), cache.open?.freshness ?? null),
  });
  const streaming = openStreams(options, {
    ...{ ...serving, internalKey, authenticator, persistedQueries, execute: pipeline.execute },
  });
  const eventPages = createEventPages(bus);
  const follower = createLazyFollower(bus, logger, cache.open?.freshness.follower ?? null);
  const admin = await createAdmin({
    ...{ ...serving, catalog, view, authenticator, logger, bus, follower, eventPages, introspection },
    ...{ sharedCache, requestTimeoutMs: config.requestTimeoutMs },
    addLocalShard: options.addLocalShard ?? null,
    maxImportBytes: config.maxBodyBytes,
  });
  return {
    graphs,
    admin,
    auth: createAuthRoutes(createSessions({ catalog, view, shards, platformTokenSecret })),
    metricsAccess: createMetricsAccess({
      token: config.metricsToken ?? null,
      isOperator: async (authorization) =>
        (await authenticator.authenticate(authorization)).kind === 'platform',
    }),
    home: async ({ message, authorization }: HttpRequest) => {
      const identity = await authenticator.authenticate(authorization);
      const visible = visibleGraphs(view.current, { introspection, identity });
      return homeAnswer(message.headers.accept, { graphs: visible, signIn: true });
    },
    serve: pipeline.serve,
    streams: streaming.streams,
    /** Who waits for an event gets their answer now: a stop waits for all answers. */
    endWaits: () => eventPages.release(),
    async closeParts() {
      streaming.closeStreams();
      await admin.close();
      follower.close();
      await serving.close();
    },
  };
}

/** What tells callers of changes, for as long as they listen. */
function openStreams(
  { bus, view, config, logger, metrics }: GatewayOptions,
  parts: Pick<SubscriptionParts, 'graphs' | 'shards' | 'internalKey'> &
    Pick<StreamParts, 'execute' | 'persistedQueries'> & { readonly authenticator: Authenticator },
) {
  const { graphs, shards, internalKey, authenticator, execute, persistedQueries } = parts;
  const feeds = createChangeFeeds({ bus, logger, metrics, view });
  const subscriptions = createSubscriptions({
    ...{ view, graphs, feeds, shards, internalKey, logger, metrics, ask: askGraph },
    ...{ introspection: config.introspection, requestTimeoutMs: config.requestTimeoutMs },
  });
  const streams = createStreams({
    ...{ subscriptions, execute, persistedQueries, logger, metrics },
    sessions: createStreamSessions({ authenticator, view }),
    requireGraph: (key) => void shapeOf(key, view.current),
    requireAudience: (identity, key) => requireAudienceAt(identity, key, view.current),
    corsOrigins: config.corsOrigins ?? [],
    maxBodyBytes: config.maxBodyBytes,
  });
  return {
    streams,
    closeStreams() {
      subscriptions.close();
      feeds.close();
    },
  };
}

/** What graphs are loaded, planned, asked and cached with. */
function openGraphs(options: GatewayOptions, internalKey: string) {
  const { catalog, view, config, logger, shards: inProcess } = options;
  const services = createShardServices({ inProcess, internalKey });
  const stopRetaining = view.onChange(({ shardMap }) => services.retain([...shardMap.shards.values()]));
  const shards = createShardCaller({ view, services: (shard) => services.of(shard) });
  const threads = options.threads ?? createGatewayThreads();
  const { composer, planner } = threads;
  const documents = createRevisionDocuments(createStoredDocuments(options));
  const seen = createSeenPositions();
  const cache = openCache({ ...options, seen });
  const graphs = new GraphStore(view, {
    ...{ catalog, composer, planner, documents, logger },
    models: createRevisionModels(documents),
    compositions: createCompositions(options),
    subgraphs: createSubgraphCaller(shards, seen),
    introspection: config.introspection,
    index: config.cache ? new QuestionIndex() : null,
  });
  return {
    ...{ services, shards, composer, documents, cache, graphs },
    async close() {
      cache.close();
      await graphs.close();
      if (options.threads === undefined) await threads.close();
      stopRetaining();
      await services.close();
    },
  };
}
