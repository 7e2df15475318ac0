import type { PoolObserver } from '../postgres/pool/database.ts';
import type { PoolStatus } from '../postgres/pool/pool-types.ts';
import type { Metrics } from './metrics.ts';

/** Metrics of the pools of a process, by app. Made once per process. */
export interface PoolMetrics {
  /** Observer for `createDatabase`. A new pool of the same app replaces a former one. */
  observe(app: string): PoolObserver;
}

const ACQUIRE_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The status functions of the pools, by app. */
type Pools = Map<string, () => PoolStatus>;

export function createPoolMetrics(metrics: Metrics): PoolMetrics {
  const pools: Pools = new Map();
  addGauges(metrics, pools);
  const { acquire, refused } = addWaits(metrics);
  return {
    observe(app) {
      // Bound once: resolving the label at each statement would cost more than counting it.
      const [waited, refusals] = [acquire.labels({ app }), refused.labels({ app })];
      // Computing a rate needs the zero before the first refusal.
      refusals.inc(0);
      let ownStatus: (() => PoolStatus) | undefined;
      return {
        opened(status) {
          ownStatus = status;
          pools.set(app, status);
        },
        acquired: (waitedMs) => waited.observe(waitedMs / 1000),
        refused: () => refusals.inc(),
        closed() {
          // The next pool of the app may have been opened before this one was closed.
          if (pools.get(app) === ownStatus) pools.delete(app);
        },
      };
    },
  };
}

/** Adds gauges of the pools' status, read when the metrics are rendered. */
function addGauges(metrics: Metrics, pools: Pools): void {
  metrics.gauge({
    name: 'rocket_pool_connections',
    help: 'Database connections by app: active ones run a statement or are held by a transaction',
    labelNames: ['app', 'state'],
    collect() {
      this.reset();
      for (const [app, status] of pools) {
        const { inUse, idle } = status();
        this.set({ app, state: 'active' }, inUse);
        this.set({ app, state: 'idle' }, idle);
      }
    },
  });
  metrics.gauge({
    name: 'rocket_pool_waiting',
    help: 'Callers that wait for a database connection, by app',
    labelNames: ['app'],
    collect() {
      this.reset();
      for (const [app, status] of pools) this.set({ app }, status().waiting);
    },
  });
}

/** Adds metrics of the waits and refusals of the pools' callers. */
function addWaits(metrics: Metrics) {
  const acquire = metrics.histogram({
    name: 'rocket_pool_acquire_seconds',
    help: 'Time a caller waited for a database connection, by app',
    labelNames: ['app'],
    buckets: ACQUIRE_BUCKETS_SECONDS,
  });
  const refused = metrics.counter({
    name: 'rocket_pool_refused_total',
    help: 'Callers that got no database connection: queue full, waited too long, or server not reached',
    labelNames: ['app'],
  });
  return { acquire, refused };
}
