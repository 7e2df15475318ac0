/** Metrics of the outboxes of a process, by app. Made once per process. */
import type { Metrics } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import type { RelayStatus } from './relay/relay.ts';

export interface OutboxMetrics {
  /** `status` is asked when metrics are rendered, until the function that is returned is called. */
  observe(app: AppName, status: () => RelayStatus): () => void;
  published(app: AppName, events: number): void;
  /** A write was refused because too many events wait, or none can be announced. */
  refused(app: AppName): void;
}

export function createOutboxMetrics(metrics: Metrics): OutboxMetrics {
  const outboxes = new Map<AppName, () => RelayStatus>();
  addGauges(metrics, outboxes);
  const published = metrics.counter({
    name: 'rocket_events_published_total',
    help: 'Events brought to the stream right after their commit, by app',
    labelNames: ['app'],
  });
  const refused = metrics.counter({
    name: 'rocket_events_behind_total',
    help: 'Writes refused because the events of their app wait for the stream',
    labelNames: ['app'],
  });
  return {
    observe(app, status) {
      refused.inc({ app }, 0);
      outboxes.set(app, status);
      return () => {
        // The outbox of a later epoch may have taken its place.
        if (outboxes.get(app) === status) outboxes.delete(app);
      };
    },
    published: (app, events) => published.inc({ app }, events),
    refused: (app) => refused.inc({ app }),
  };
}

function addGauges(metrics: Metrics, outboxes: ReadonlyMap<AppName, () => RelayStatus>): void {
  metrics.gauge({
    name: 'rocket_events_waiting',
    help: 'Events that this process has committed and not yet brought to the stream, by app',
    labelNames: ['app'],
    collect() {
      this.reset();
      for (const [app, status] of outboxes) this.set({ app }, status().waiting);
    },
  });
  metrics.gauge({
    name: 'rocket_events_oldest_waiting_seconds',
    help: 'Age of the oldest of them, by app; 0 when none waits',
    labelNames: ['app'],
    collect() {
      this.reset();
      for (const [app, status] of outboxes) {
        const { oldestAtMs } = status();
        this.set({ app }, oldestAtMs === null ? 0 : Math.max(0, Date.now() - oldestAtMs) / 1000);
      }
    },
  });
}
