/** Composition root of a shard: everything that serves the apps placed on it, behind the contract that gateways use. */
import { cleaningUp } from '@rocket/platform';
import type { Placed, ShardService } from '@rocket/schema';
import { createActivationService } from './activation/activation-service.ts';
import { createAdviceService } from './advice/advice-service.ts';
import { createAppInsights } from './advice/app-insights.ts';
import { type OpenApps, type OpenAppsOptions, openApps } from './apps/open-apps.ts';
import { prepareArrivals } from './apps/prepare-arrivals.ts';
import { createIndexCare } from './indexes/index-care.ts';
import { serveOperations } from './operation/serve-operations.ts';
import { readOutbox } from './outbox/read-outbox.ts';
import { readStored } from './outbox/stored-events.ts';
import { createShardUsers } from './users/shard-users.ts';
import { createShardWebhooks } from './webhooks/shard-webhooks.ts';
import { createWebhookCaller, type WebhookConfig } from './webhooks/webhook-caller.ts';
import { createShardEvents } from './workers/shard-events.ts';
import { shardWorkflows } from './workers/shard-workflows.ts';
import { createWorkflowApps } from './workers/workflow-apps.ts';

/** `view` is the process's own, of the same catalog. */
export type ShardOptions = Omit<OpenAppsOptions, 'onSlowQuery' | 'onOpened'> & {
  readonly config: WebhookConfig;
};

export interface Shard extends ShardService {
  /** What is opened of its apps, for a worker in the same process. */
  readonly apps: OpenApps;
  /** Stops following the catalog and closes the databases once running statements have ended. */
  close(): Promise<void>;
}

/** @throws RocketError `NOT_FOUND` when no shard of this name is registered. */
export async function createShard(options: ShardOptions): Promise<Shard> {
  const logger = options.logger.child({ shard: options.name });
  const insights = createAppInsights(logger);
  const indexCare = createIndexCare(logger);
  const apps = await openApps({
    ...options,
    logger,
    onSlowQuery: insights.slowQuery,
    onOpened: (opened) => {
      // At another epoch it may be another app, or the app may have come back from another shard.
      insights.forget(opened.app);
      indexCare.opened(opened);
    },
  });
  const stopPreparing = prepareArrivals({ ...options, shard: options.name, apps, logger });
  const activation = createActivationService(apps, logger);
  const caller = createWebhookCaller(options.config);
  const workflowApps = createWorkflowApps({
    ...{ webhooks: caller, logger, metrics: options.metrics.workflows },
    // Workers are told of timers by the stream.
    onTimer: () => undefined,
  });
  const databaseOf = async (at: Placed) => (await apps.databaseAt(at)).primary;
  return {
    apps,
    ...serveOperations({
      ...{ apps, insights, webhooks: caller, workflows: shardWorkflows(apps, workflowApps) },
      ...{ logger, metrics: options.metrics },
    }),
    ...activation,
    removeApp: async (at) => {
      await activation.removeApp(at);
      insights.forget(at.app);
    },
    ...createAdviceService(apps, insights),
    outbox: async (at) => readOutbox(await databaseOf(at)),
    storedEvents: async (at, { ids }) => readStored(await databaseOf(at), ids),
    handleEvent: createShardEvents({ apps, workflowApps, bus: options.bus }),
    webhooks: createShardWebhooks({
      ...{ databaseOf, calls: caller, bus: options.bus },
      modelOf: async (app) => (await apps.active(app))?.model ?? null,
    }),
    users: createShardUsers(databaseOf),
    close: async () => {
      indexCare.close();
      stopPreparing();
      await cleaningUp(
        () => apps.close(),
        () => caller.close(),
      );
    },
  };
}
