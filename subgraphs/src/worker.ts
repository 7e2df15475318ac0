/** Composition root of a worker: it runs the workflows of all apps, and nobody calls it. */
import { cleaningUp, type DeadLetters } from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import type { Shard, ShardOptions } from './shard.ts';
import { createWebhookCaller } from './webhooks/webhook-caller.ts';
import { consumeEvents } from './workers/consume-events.ts';
import { createWorkerTimers } from './workers/timers/worker-timers.ts';
import { createWorkerShards } from './workers/worker-shards.ts';
import { createWorkflowTimers } from './workers/workflow-timers.ts';
import { msUntilWake } from './workers/workflows/instance/change-instance.ts';

/** `view` is the process's own, of the same catalog. */
export type WorkerOptions = Omit<ShardOptions, 'name'> & {
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
  const consumer = consumeEvents({ ...parts, shards, refresh: () => view.refresh() });
  const unlisten = view.onChange(() => timers.ask('changed'));
  return {
    ready: consumer.ready,
    close: () =>
      cleaningUp(
        async () => {
          unlisten();
          await Promise.all([consumer.close(CLOSE_GRACE_MS), timers.close(CLOSE_GRACE_MS)]);
        },
        () =>
          cleaningUp(
            () => webhooks.close(),
            () => shards.close(),
          ),
      ),
  };
}
