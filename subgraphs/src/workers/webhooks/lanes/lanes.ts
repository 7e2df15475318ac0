import type { Database, Logger } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import type { WebhookCaller } from '../../../webhooks/webhook-caller.ts';
import type { EndpointBook } from '../endpoint-book.ts';
import type { FormBook } from '../form-book.ts';
import type { WebhookMetrics } from '../webhook-metrics.ts';
import { Lane, MAX_AT_ONCE } from './lane.ts';
import type { LaneHealth } from './lane-health.ts';
import type { Recorder } from './recorder.ts';
import { createStoredSource } from './stored-source.ts';

/** The lanes of an app, one for each endpoint that is used. */
export interface Lanes {
  of(endpointId: string): Lane;
  all(): readonly Lane[];
  /** As `Lane.close`, also of those that are made later. */
  close(): Promise<void>;
  abandon(): Promise<void>;
}

export interface LanesOptions {
  readonly app: AppName;
  readonly database: Database;
  readonly webhooks: WebhookCaller;
  readonly book: EndpointBook;
  readonly forms: FormBook;
  readonly recorder: Recorder;
  readonly health: LaneHealth;
  readonly timeoutMs: number;
  readonly metrics: WebhookMetrics;
  readonly logger: Logger;
  /** Something is on its way, which may take long. */
  readonly onSent: () => void;
}

export function createLanes({ database, webhooks, book, forms, ...shared }: LanesOptions): Lanes {
  const lanes = new Map<string, Lane>();
  let isClosed = false;
  const each = async (work: (lane: Lane) => Promise<void>): Promise<void> => {
    await Promise.all([...lanes.values()].map(work));
  };
  return {
    of(endpointId) {
      const known = lanes.get(endpointId);
      if (known !== undefined) return known;
      const lane = new Lane({
        ...shared,
        endpointId,
        calls: webhooks.lane(MAX_AT_ONCE),
        endpoint: (maxAgeMs) => book.byId(endpointId, maxAgeMs),
        formOf: (hash) => forms.get(hash),
        stored: createStoredSource(database, endpointId),
      });
      lanes.set(endpointId, lane);
      // It stores what it is given.
      if (isClosed) void lane.close();
      return lane;
    },
    all: () => [...lanes.values()],
    close: async () => {
      isClosed = true;
      await each((lane) => lane.close());
    },
    abandon: () => each((lane) => lane.abandon()),
  };
}
