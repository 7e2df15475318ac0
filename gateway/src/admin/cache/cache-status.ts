/** How the response cache of this gateway is doing. */
import type { SharedCache } from '@rocket/platform';
import type { OpenCache } from '../../cache/open-cache.ts';
import type { AdminParts } from '../parts.ts';
import { cachedAppView } from './cached-app.ts';

export function cacheStatus(parts: AdminParts) {
  const shared = sharedView(parts.sharedCache);
  const { open } = parts.cache;
  if (open === null) return { ...OFF, shared };
  const { hits, misses, bypasses } = open.metrics.totals;
  const [hit, miss] = [sumOf(hits), sumOf(misses)];
  return {
    on: true,
    memory: memoryView(open),
    hits: countViews(hits),
    misses: countViews(misses),
    bypasses: countViews(bypasses),
    hitRate: hit + miss === 0 ? null : hit / (hit + miss),
    apps: [...parts.view.current.apps.keys()].sort().map((app) => cachedAppView(app, open.freshness, parts)),
    shared,
  };
}

const OFF = { on: false, memory: null, hits: [], misses: [], bypasses: [], hitRate: null, apps: [] };

function memoryView({ store, freshness, metrics }: OpenCache) {
  const { evictions, invalidatedTags } = metrics.totals;
  const { tags, forgotten } = freshness.sizes;
  return {
    ...{ entries: store.entries, bytes: store.bytes, maxBytes: store.maxBytes },
    ...{ evictions, invalidatedTags, rememberedTags: tags, forgottenTags: forgotten },
  };
}

/** The largest first. */
function countViews(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts)
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count);
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function sharedView(cache: SharedCache) {
  const state = cache.state();
  return {
    state: state.kind,
    since: state.kind === 'off' ? null : new Date(state.sinceMs).toISOString(),
    reason: state.kind === 'down' ? state.reason : null,
    ...cache.counts(),
  };
}
