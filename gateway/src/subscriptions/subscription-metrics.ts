import type { Metrics } from '@rocket/platform';
import type { ErrorCode } from '@rocket/schema';

export interface SubscriptionMetrics {
  /** Records of changes were read, once for all who see the same. */
  resolved(records: number): void;
  delivered(): void;
  /** A subscription could not go on. */
  failed(code: ErrorCode): void;
}

export function createSubscriptionMetrics(metrics: Metrics, open: () => number): SubscriptionMetrics {
  metrics.gauge({
    name: 'rocket_subscriptions',
    help: 'Subscriptions that are open',
    collect() {
      this.set(open());
    },
  });
  const records = metrics.counter({
    name: 'rocket_subscription_records_read_total',
    help: 'Records that were read for changes, once for all subscribers who see the same',
  });
  const changes = metrics.counter({
    name: 'rocket_subscription_changes_total',
    help: 'Changes and rows of snapshots that subscribers have taken',
  });
  const failures = metrics.counter({
    name: 'rocket_subscription_failures_total',
    help: 'Subscriptions that could not go on, by code',
    labelNames: ['code'],
  });
  return {
    resolved: (count) => records.inc(count),
    delivered: () => changes.inc(),
    failed: (code) => failures.inc({ code }),
  };
}
