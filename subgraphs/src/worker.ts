/** Composition root of a worker: it runs the workflows of all apps, sends their webhooks and moves them, and nobody calls it. */
import { cleaningUp, type DeadLetters } from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import { createMover } from './moves/mover.ts';
import { type MoveConfig, moveSettings } from './moves/steps/move-step.ts';
import type { Shard, ShardOptions } from './shard.ts';
import { createWebhookCaller } from './webhooks/webhook-caller.ts';
import { consumeEvents } from './workers/consume-events.ts';
import { createWorkerTimers } from './workers/timers/worker-timers.ts';
import { type DeliveryConfig, deliverySettings } from './workers/webhooks/delivery-settings.ts';
import { createWorkerWebhooks } from './workers/webhooks/worker-webhooks.ts';
import { createWorkerShards } from './workers/worker-shards.ts';
import { createWorkflowTimers } from './workers/workflow-timers.ts';
import { workflowWork } from './workers/workflow-work.ts';
import { msUntilWake } from './workers/workflows/instance/change-instance.ts';

/** `view` is the process's own, of the same catalog. */
export type WorkerOptions = Omit<ShardOptions, 'name' | 'config'> & {
  readonly config: ShardOptions['config'] & DeliveryConfig & MoveConfig;
  /** Where events are put that cannot be handled. */
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  /** A shard that this process serves; null for another one. The worker is closed before it. */
  readonly shardHere?: (name: ShardName) => Shard | null;
};

export interface Worker {
  /** Resolves when events are handled, which waits for as long as the bus is down. */
  readonly ready: Promise<void>;
  /** Takes nothing any more, gives back within two seconds what it does not finish, and closes the databases. */
  close(): Promise<void>;
}

/** Running steps are waited for; what takes longer is rolled back, and goes on elsewhere. */
const CLOSE_GRACE_MS = 1_500;

export function createWorker(options: WorkerOptions): Worker {
  const { bus, view, shardHere = () => null } = options;
  const logger = options.logger.child({ part: 'worker' });
  const webhooks = createWebhookCaller(options.config);
  const parts = { ...options, logger, webhooks };
  const shards = createWorkerShards({
    ...parts,
    servedHere: (name) => shardHere(name)?.apps ?? null,
    onTimer: (app, inMs) => timers.wakeIn(app, inMs),
  });
  const workflowTimers = createWorkflowTimers({ shards, view });
  const timers = createWorkerTimers({ bus, logger, wakeOf: msUntilWake, ...workflowTimers });
  const deliveries = createWorkerWebhooks({
    ...{ bus, shards, view, webhooks, logger, metrics: options.metrics.webhooks },
    settings: deliverySettings(options.config),
  });
  const consumers = [workflowWork(shards), deliveries.work].map((work) =>
    consumeEvents(work, { ...parts, shards, refresh: () => view.refresh() }),
  );
  const mover = createMover({
    ...{ catalog: options.catalog, view, bus, logger },
    settings: moveSettings(options.config),
    primaryUrl: (shard) => shards.primaryUrl(shard),
  });
  const unlisten = view.onChange(() => {
    timers.ask('changed');
    deliveries.changed();
  });
  return {
    ready: Promise.all(consumers.map(({ ready }) => ready)).then(() => undefined),
    close: () =>
      cleaningUp(
        async () => {
          unlisten();
          await Promise.all([
            mover.close(CLOSE_GRACE_MS),
            ...consumers.map((consumer) => consumer.close(CLOSE_GRACE_MS)),
            timers.close(CLOSE_GRACE_MS),
            deliveries.close(CLOSE_GRACE_MS),
          ]);
        },
        () =>
          cleaningUp(
            () => webhooks.close(),
            () => shards.close(),
          ),
      ),
  };
}
