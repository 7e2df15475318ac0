/** What a lane has of its app, of its endpoint, and of the process. */
import type { Logger } from '@rocket/platform';
import type { AppName, RequestForm } from '@rocket/schema';
import type { Endpoint } from '../../../webhooks/endpoint-sql.ts';
import type { Calls } from '../../../webhooks/webhook-caller.ts';
import type { WebhookMetrics } from '../webhook-metrics.ts';
import type { LaneHealth } from './lane-health.ts';
import type { Recorder } from './recorder.ts';
import type { StoredSource } from './stored-source.ts';

export interface LaneOptions {
  readonly app: AppName;
  readonly endpointId: string;
  readonly calls: Calls;
  /** @param maxAgeMs of what is known of it */
  readonly endpoint: (maxAgeMs?: number) => Promise<Endpoint>;
  readonly formOf: (hash: string) => Promise<RequestForm>;
  readonly recorder: Recorder;
  readonly health: LaneHealth;
  readonly stored: StoredSource;
  /** Something is on its way, which may take long. */
  readonly onSent: () => void;
  readonly timeoutMs: number;
  readonly metrics: WebhookMetrics;
  readonly logger: Logger;
}
