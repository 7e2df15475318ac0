import type { Metrics } from '@rocket/platform';

export interface FeedMetrics {
  /** A change was given to one listener. */
  fed(): void;
  pageRead(): void;
  /** One listener or reader was told to read anew. */
  resync(reason: string): void;
}

/** @param openFeeds is asked when metrics are rendered */
export function createFeedMetrics(metrics: Metrics, openFeeds: () => number): FeedMetrics {
  const fed = metrics.counter({
    name: 'rocket_changes_fed_total',
    help: 'Changes that were given to subscriptions, counted for each of them',
  });
  const pages = metrics.counter({
    name: 'rocket_changes_pages_read_total',
    help: 'Pages of the stream that were read for subscriptions that came back',
  });
  const resyncs = metrics.counter({
    name: 'rocket_changes_resyncs_total',
    help: 'Subscriptions that had to read anew, as changes after their place could not be given, by reason',
    labelNames: ['reason'],
  });
  metrics.gauge({
    name: 'rocket_changes_open_feeds',
    help: 'Apps whose changes are followed for subscriptions',
    collect() {
      this.set(openFeeds());
    },
  });
  return {
    fed: () => fed.inc(),
    pageRead: () => pages.inc(),
    resync: (reason) => resyncs.inc({ reason }),
  };
}
