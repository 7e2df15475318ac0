/** Apps whose workflows are run in this process, each made once for its document and place. */
import type { Logger } from '@rocket/platform';
import type { AppModel, AppName, Placement, Revision } from '@rocket/schema';
import { LRUCache } from 'lru-cache';
import type { OpenApps } from '../apps/open-apps.ts';
import type { WebhookCaller } from '../webhooks/webhook-caller.ts';
import { createWorkflowApp, type WorkflowApp } from './workflows/workflow-app.ts';
import type { WorkflowMetrics } from './workflows/workflow-metrics.ts';

const MAX_KEPT = 2_000;

/** The document of an app, and where the app is. */
export interface PlacedDocument {
  readonly placement: Placement;
  readonly model: AppModel;
  readonly revision: Revision;
}

export interface WorkflowApps {
  /** Opens its database. @throws RocketError `WRONG_EPOCH` when it has moved meanwhile */
  open(apps: Pick<OpenApps, 'database' | 'outbox'>, of: PlacedDocument): WorkflowApp;
}

export interface WorkflowAppsOptions {
  readonly webhooks: WebhookCaller;
  readonly logger: Logger;
  readonly metrics: WorkflowMetrics;
  /** A timer of the app is due in so many ms. */
  readonly onTimer: (app: AppName, inMs: number) => void;
}

export function createWorkflowApps({
  webhooks,
  logger,
  metrics,
  onTimer,
}: WorkflowAppsOptions): WorkflowApps {
  /** The last one of each app: more than one is in use only while its document is changed. */
  const kept = new LRUCache<AppName, { readonly key: string; readonly app: WorkflowApp }>({ max: MAX_KEPT });
  return {
    open(apps, { placement, model, revision }) {
      const { app: name, shard, epoch } = placement;
      const database = apps.database(placement);
      const key = `${shard}@${epoch}@${revision}`;
      const known = kept.get(name);
      if (known?.key === key) return known.app;
      const app = createWorkflowApp({
        ...{ app: name, model, revision, logger, webhooks, metrics },
        outbox: apps.outbox(placement),
        database: database.primary,
        onTimer: (inMs) => onTimer(name, inMs),
      });
      kept.set(name, { key, app });
      return app;
    },
  };
}
