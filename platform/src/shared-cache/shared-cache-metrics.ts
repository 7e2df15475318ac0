import type { Metrics } from '../telemetry/metrics.ts';
import type { SharedCache, SharedCacheCounts } from './shared-cache.ts';

const RESULTS = {
  hit: 'hits',
  miss: 'misses',
  error: 'errors',
  timeout: 'timeouts',
  dropped: 'dropped',
} as const satisfies Record<string, keyof SharedCacheCounts>;

/** Metrics of the process's shared cache, read when they are rendered. Called once per process. */
export function addSharedCacheMetrics(metrics: Metrics, cache: SharedCache): void {
  metrics.counter({
    name: 'rocket_shared_cache_total',
    help: 'Reads of the shared cache by result; errors, timeouts, and values that were not stored',
    labelNames: ['result'],
    collect() {
      this.reset();
      const counts = cache.counts();
      for (const [result, name] of Object.entries(RESULTS)) this.inc({ result }, counts[name]);
    },
  });
  metrics.gauge({
    name: 'rocket_shared_cache_up',
    help: '1 while the shared cache answers',
    collect() {
      this.set(cache.state().kind === 'up' ? 1 : 0);
    },
  });
}
