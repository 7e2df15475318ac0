/** Everything of a gateway that is behind its HTTP server. */
import { createStoredDocuments } from '@rocket/platform';
import { createAdmin } from './admin/admin-server.ts';
import { createEventPages } from './admin/events/event-pages.ts';
import { createLazyFollower } from './admin/events/lazy-follower.ts';
import { openCache } from './cache/open-cache.ts';
import { createComposer } from './compose/composer.ts';
import { createConsistency } from './consistency/consistency.ts';
import { createConsistencyTokens } from './consistency/consistency-token.ts';
import { createShardCaller } from './execution/call-shard.ts';
import { createSeenPositions } from './execution/seen-positions.ts';
import { createSubgraphCaller } from './execution/subgraph-caller.ts';
import type { GatewayOptions } from './gateway.ts';
import { createCompositions } from './graphs/compositions.ts';
import { GraphStore } from './graphs/graph-store.ts';
import { createRevisionDocuments, createRevisionModels } from './graphs/revision-documents.ts';
import type { HttpRequest } from './http/dispatch.ts';
import { homeAnswer } from './http/home.ts';
import { visibleGraphs } from './http/list-graphs.ts';
import { createMetricsAccess } from './http/operator/metrics-access.ts';
import { createPersistedQueries } from './http/persisted-queries.ts';
import { sharedQueries } from './http/shared-queries.ts';
import { createAuthRoutes } from './identity/auth-routes.ts';
import { createAuthenticator } from './identity/authenticator.ts';
import { createSessions } from './identity/sessions.ts';
import { createPipeline } from './pipeline.ts';
import { createPlanner } from './planning/planner.ts';
import { createShardServices } from './transport/shard-services.ts';

/** In the order of dependencies. */
export async function openParts(options: GatewayOptions) {
  const { catalog, view, bus, config, logger, sharedCache } = options;
  const { introspection } = config;
  const { internalKey, platformTokenSecret } = await catalog.secrets();
  const serving = openGraphs(options, internalKey);
  const { graphs, shards, cache } = serving;
  const authenticator = createAuthenticator({ snapshot: () => view.current, platformTokenSecret });
  const eventPages = createEventPages(bus);
  const follower = createLazyFollower(bus, logger, cache.open?.freshness.follower ?? null);
  const admin = await createAdmin({
    ...{ ...serving, catalog, view, authenticator, logger, bus, follower, eventPages, introspection },
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
    serve: createPipeline({
      ...{ ...config, view, authenticator, graphs, cache },
      consistency: createConsistency(createConsistencyTokens(internalKey), cache.open?.freshness ?? null),
      persistedQueries: createPersistedQueries(sharedQueries(sharedCache)),
    }),
    /** Who waits for an event gets their answer now: a stop waits for all answers. */
    endWaits: () => eventPages.release(),
    async closeParts() {
      await admin.close();
      follower.close();
      await serving.close();
    },
  };
}

/** What graphs are loaded, planned, asked and cached with. */
function openGraphs(options: GatewayOptions, internalKey: string) {
  const { catalog, view, config, logger, shards: inProcess } = options;
  const services = createShardServices({ inProcess, internalKey });
  const stopRetaining = view.onChange(({ shardMap }) => services.retain([...shardMap.shards.values()]));
  const shards = createShardCaller({ view, services: (shard) => services.of(shard) });
  const composer = createComposer();
  const planner = createPlanner();
  const documents = createRevisionDocuments(createStoredDocuments(options));
  const seen = createSeenPositions();
  const cache = openCache({ ...options, seen });
  const graphs = new GraphStore(view, {
    ...{ catalog, composer, planner, documents, logger },
    models: createRevisionModels(documents),
    compositions: createCompositions(options),
    subgraphs: createSubgraphCaller(shards, seen),
    introspection: config.introspection,
    cache: config.cache,
  });
  return {
    ...{ services, shards, composer, documents, cache, graphs },
    async close() {
      cache.close();
      await graphs.close();
      await composer.close();
      await planner.close();
      stopRetaining();
      await services.close();
    },
  };
}
