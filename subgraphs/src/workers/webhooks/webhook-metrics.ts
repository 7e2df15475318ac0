import type { Metrics } from '@rocket/platform';
import type { AppName, DeliveryStatus } from '@rocket/schema';

export interface WebhookMetrics {
  /** A request was made. */
  attempt(
    app: AppName,
    made: {
      readonly state: { readonly status: DeliveryStatus };
      readonly attempt: { readonly durationMs: number };
    },
  ): void;
}

/** Made once per process. */
export function createWebhookMetrics(metrics: Metrics): WebhookMetrics {
  const attempts = metrics.histogram({
    name: 'rocket_webhook_attempt_seconds',
    help: 'Requests to receivers of webhooks after writes, by app and what became of the delivery: delivered, retrying, failed',
    labelNames: ['app', 'outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30],
  });
  return {
    attempt: (app, { state, attempt }) =>
      attempts.observe({ app, outcome: state.status }, attempt.durationMs / 1_000),
  };
}
