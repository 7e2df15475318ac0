/** Puts the cache of one gateway together. */
import type { CatalogView, Config, EventBus, Logger, Metrics, SharedCache } from '@rocket/platform';
import { FactCollector } from '../execution/fact-collector.ts';
import type { SeenPositions } from '../execution/seen-positions.ts';
import { type CacheMetrics, createCacheMetrics } from './cache-metrics.ts';
import { readHttp } from './cached-http.ts';
import { Freshness } from './freshness/freshness.ts';
import { createPlaces } from './freshness/places.ts';
import { type AnswerKeeper, createAnswerKeeper } from './kept/answer-keeper.ts';
import { AnswerStore } from './kept/answer-store.ts';
import { ResponseCache } from './response-cache.ts';

export type CacheConfig = Pick<Config, 'cache' | 'cacheMaxBytes' | 'cacheMaxEntryBytes' | 'cacheTtlSeconds'>;

export interface CacheOptions {
  readonly config: CacheConfig;
  readonly bus: EventBus;
  readonly view: CatalogView;
  readonly sharedCache: SharedCache;
  readonly seen: SeenPositions;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** The parts of a cache that is on. */
export interface OpenCache {
  readonly store: AnswerStore;
  readonly keeper: AnswerKeeper;
  readonly freshness: Freshness;
  readonly metrics: CacheMetrics;
  readonly logger: Logger;
}

export interface GatewayCache {
  readonly serve: ResponseCache['serve'];
  /** Null when no answers are kept. */
  readonly open: OpenCache | null;
  close(): void;
}

export function openCache(options: CacheOptions): GatewayCache {
  if (!options.config.cache) return { serve: withoutCache, open: null, close: () => undefined };
  const open = openParts(options);
  const cache = new ResponseCache(open);
  return { serve: (asked, read) => cache.serve(asked, read), open, close: () => open.freshness.close() };
}

const withoutCache: ResponseCache['serve'] = async (asked, read) => {
  const answer = await read(await asked.request(), new FactCollector({ isAsking: false }));
  return readHttp(answer, { kind: 'bypass', detail: 'off' });
};

function openParts(options: CacheOptions): OpenCache {
  const { config, bus, view, sharedCache, seen, logger, metrics: registry } = options;
  const metrics = createCacheMetrics(registry);
  const store = new AnswerStore({
    maxBytes: config.cacheMaxBytes,
    shared: sharedCache,
    logger,
    onEvicted: () => metrics.evicted(),
  });
  const places = createPlaces(bus);
  const freshness = new Freshness({
    ...{ bus, logger, metrics, seen },
    places: () => places(view.current.shardMap),
    onReset: () => void store.clear(),
  });
  const keeper = createAnswerKeeper({
    store,
    freshness,
    maxEntryBytes: config.cacheMaxEntryBytes,
    ttlMs: config.cacheTtlSeconds * 1_000,
    logger,
  });
  metrics.observe(() => ({
    entries: store.entries,
    bytes: store.bytes,
    maxBytes: store.maxBytes,
    ...freshness.sizes,
    unsureApps: [...view.current.apps.keys()].filter((app) => !freshness.isSure(app)).length,
  }));
  return { store, keeper, freshness, metrics, logger };
}
