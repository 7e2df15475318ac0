import type { Metrics } from '@rocket/platform';
import type { CacheOutcome } from './cache-outcome.ts';

/** Sizes that are asked for when metrics are rendered. */
export interface CacheSizes {
  readonly entries: number;
  readonly bytes: number;
  /** Most that `bytes` can be. */
  readonly maxBytes: number;
  /** Tags whose last invalidation is remembered. */
  readonly tags: number;
  /** Tags that were dropped for want of room since the start. */
  readonly forgotten: number;
  /** Apps that nothing is served of from the cache at present. */
  readonly unsureApps: number;
}

export interface CacheMetrics {
  answered(graph: string, outcome: CacheOutcome): void;
  evicted(): void;
  /** An event was applied. @param afterMs since its transaction began, by the clocks of two machines */
  applied(tags: number, afterMs: number): void;
  observe(sizes: () => CacheSizes): void;
  /** Counts since the start of the process. */
  readonly totals: CacheTotals;
}

export interface CacheTotals {
  readonly hits: Readonly<Record<string, number>>;
  readonly misses: Readonly<Record<string, number>>;
  readonly bypasses: Readonly<Record<string, number>>;
  readonly evictions: number;
  readonly invalidatedTags: number;
}

const APPLIED_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const GROUPS = { hit: 'hits', miss: 'misses', bypass: 'bypasses' } as const;

export function createCacheMetrics(metrics: Metrics): CacheMetrics {
  const counts = { hits: new Map(), misses: new Map(), bypasses: new Map() } as const satisfies Record<
    string,
    Map<string, number>
  >;
  const totals = { evictions: 0, invalidatedTags: 0 };
  const { answers, evictions, tags, applied } = register(metrics);
  // Bound once for each combination: resolving labels at each request costs more than counting.
  // No two results have a detail in common.
  const bound = new Map<string, Map<CacheOutcome['detail'], { inc(): void }>>();
  return {
    answered(graph, { kind, detail }) {
      const ofGraph = bound.get(graph) ?? new Map<CacheOutcome['detail'], { inc(): void }>();
      bound.set(graph, ofGraph);
      const counter = ofGraph.get(detail) ?? answers.labels({ graph, result: kind, detail });
      ofGraph.set(detail, counter);
      counter.inc();
      const group: Map<string, number> = counts[GROUPS[kind]];
      group.set(detail, (group.get(detail) ?? 0) + 1);
    },
    evicted() {
      evictions.inc();
      totals.evictions += 1;
    },
    applied(count, afterMs) {
      tags.inc(count);
      totals.invalidatedTags += count;
      applied.observe(Math.max(0, afterMs) / 1_000);
    },
    observe: (sizes) => addGauges(metrics, sizes),
    get totals() {
      const { hits, misses, bypasses } = counts;
      return {
        hits: Object.fromEntries(hits),
        misses: Object.fromEntries(misses),
        bypasses: Object.fromEntries(bypasses),
        ...totals,
      };
    },
  };
}

function register(metrics: Metrics) {
  return {
    answers: metrics.counter({
      name: 'rocket_cache_answers_total',
      help: 'Answers by graph and by what became of the request at the cache: hit, miss or bypass, with the layer or reason',
      labelNames: ['graph', 'result', 'detail'],
    }),
    evictions: metrics.counter({
      name: 'rocket_cache_evictions_total',
      help: 'Answers that were dropped from memory for want of room',
    }),
    tags: metrics.counter({
      name: 'rocket_cache_invalidated_tags_total',
      help: 'Tags of changes that were applied',
    }),
    applied: metrics.histogram({
      name: 'rocket_cache_applied_seconds',
      help: 'Time from the beginning of a transaction until its changes were applied here',
      buckets: APPLIED_BUCKETS_SECONDS,
    }),
  };
}

function addGauges(metrics: Metrics, sizes: () => CacheSizes): void {
  metrics.counter({
    name: 'rocket_cache_forgotten_tags_total',
    help: 'Tags that were dropped for want of room; each voids the answers that were read before its invalidation',
    collect() {
      this.reset();
      this.inc(sizes().forgotten);
    },
  });
  const gauges = [
    ['rocket_cache_entries', 'Answers that are kept in memory', 'entries'],
    ['rocket_cache_bytes', 'Memory that kept answers take up', 'bytes'],
    ['rocket_cache_max_bytes', 'Memory that kept answers may take up', 'maxBytes'],
    ['rocket_cache_tags', 'Tags whose last invalidation is remembered', 'tags'],
    ['rocket_cache_unsure_apps', 'Apps of which no kept answer is served at present', 'unsureApps'],
  ] as const;
  for (const [name, help, size] of gauges) {
    metrics.gauge({
      name,
      help,
      collect() {
        this.set(sizes()[size]);
      },
    });
  }
}
