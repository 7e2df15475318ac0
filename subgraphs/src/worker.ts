/** Composition root of a worker: what follows the events of all apps, behind no request. */
import { cleaningUp, type DeadLetters } from '@rocket/platform';
import { type AppName, RocketError } from '@rocket/schema';
import type { ShardOptions } from './shard.ts';
import { createWebhookCaller } from './webhooks/webhook-caller.ts';
import { consumeEvents } from './workers/consume-events.ts';
import type { TimerSource } from './workers/timers/app-timers.ts';
import { type DueTimer, dueTimer, msUntilDue, selectDue, selectNextDue } from './workers/timers/timer-sql.ts';
import { createWorkerTimers } from './workers/timers/worker-timers.ts';
import { createWorkerShards, type WorkerShards } from './workers/worker-shards.ts';
import { msUntilWake } from './workers/workflows/change-instance.ts';
import { fireTimer } from './workers/workflows/fire-timer.ts';
import { ensureSchedules, fireSchedule } from './workers/workflows/schedules.ts';
import type { WorkflowApp } from './workers/workflows/workflow-app.ts';

/** `view` is the process's own, of the same catalog. */
export type WorkerOptions = Omit<ShardOptions, 'name'> & {
  /** Where events are put that cannot be handled. */
  readonly deadLetters: Pick<DeadLetters, 'add'>;
};

export interface Worker {
  /** Resolves when the first event can be handled, which waits for as long as the bus is down. */
  readonly ready: Promise<void>;
  /** Takes nothing any more, gives back within two seconds what it does not finish, and closes the databases. */
  close(): Promise<void>;
}

/** Running steps are waited for; what takes longer is rolled back and goes on elsewhere. */
const CLOSE_GRACE_MS = 1_500;

export function createWorker(options: WorkerOptions): Worker {
  const { bus, view } = options;
  const logger = options.logger.child({ part: 'worker' });
  const webhooks = createWebhookCaller(options.config);
  const shards = createWorkerShards({
    ...options,
    logger,
    webhooks,
    onTimer: (app, inMs) => timers.wakeIn(app, inMs),
  });
  const schedules = createScheduleCare(shards);
  const timers = createWorkerTimers({
    bus,
    logger,
    apps: () => appsWithWorkflows(options, shards),
    source: (app) => timerSource(shards, schedules, app),
    wakeOf: msUntilWake,
  });
  const consumer = consumeEvents({ ...options, logger, shards, refresh: () => view.refresh() });
  const unlisten = view.onChange(() => wakeChanged());

  /** A document may have other schedules than the one before. */
  function wakeChanged(): void {
    for (const app of schedules.changed(options)) timers.wakeIn(app, 0);
  }

  return {
    ready: consumer.ready,
    close: () =>
      cleaningUp(
        async () => unlisten(),
        () => Promise.all([consumer.close(CLOSE_GRACE_MS), timers.close()]),
        () => webhooks.close(),
        () => shards.close(),
      ),
  };
}
