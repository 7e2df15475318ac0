/** An app whose workflows run: on a database of its own, with the events of its own bus, and timers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createMetrics, type EventBus } from '@rocket/platform';
import { appName, type Caller, readStream, revision } from '@rocket/schema';
import { until } from '../../../tests/harness/until.ts';
import { documentInput } from '../../src/operation/document-input.ts';
import type { WorkflowCommands } from '../../src/operation/workflow-commands.ts';
import type { AppOutbox } from '../../src/outbox/app-outbox.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { createAppTimers, type TimerSource } from '../../src/workers/timers/app-timers.ts';
import { workflowTimerSource } from '../../src/workers/workflow-timers.ts';
import { createWorkflowCommands } from '../../src/workers/workflows/commands/commands.ts';
import { handleEvent } from '../../src/workers/workflows/handle-event.ts';
import { ensureSchedules } from '../../src/workers/workflows/starts/schedules.ts';
import { isOutage } from '../../src/workers/workflows/steps/step-failure.ts';
import { createWorkflowApp, type WorkflowApp } from '../../src/workers/workflows/workflow-app.ts';
import { createWorkflowMetrics } from '../../src/workers/workflows/workflow-metrics.ts';
import { createWritePipeline } from '../../src/write/pipeline.ts';
import { workflowRows } from './workflow-rows.ts';
import { ADMIN, createWriteApp, LOGGER, parseApp } from './write-app.ts';

const WEBHOOK_CONFIG = {
  outgoingAllow: ['127.0.0.0/8'],
  webhookVariables: new Map<string, string>(),
  webhookTimeoutMs: 500,
};

const COME_BACK_MS = 20;

type Input = Readonly<Record<string, unknown>>;

export interface EngineOptions {
  /** How many times each event is handled at once. */
  readonly times?: number;
}

/** The timers of an app, as a worker has them. */
export function timerSource(appOf: () => WorkflowApp): TimerSource {
  return workflowTimerSource(async () => appOf());
}

/** As a consumer does: what cannot be handled at the moment comes again. */
async function handleInTime(app: WorkflowApp, payload: string, isClosed: () => boolean): Promise<void> {
  while (!isClosed()) {
    try {
      await handleEvent(app, readStream(payload));
      return;
    } catch (error) {
      if (!isOutage(error)) throw error;
      await sleep(COME_BACK_MS);
    }
  }
}

/** Handles what the bus tells, each event so many times at once. */
function handleAll(bus: EventBus, of: { readonly app: () => WorkflowApp; readonly times: number }) {
  const failures: unknown[] = [];
  let handling = 0;
  let isClosed = false;
  const follower = bus.follow({
    subject: 'rocket.*.*.*.*',
    from: { kind: 'after', position: 0 },
    onLost: (reason) => failures.push(reason),
    onMessage: ({ payload }) => {
      for (let time = 0; time < of.times; time += 1) {
        handling += 1;
        handleInTime(of.app(), payload, () => isClosed)
          .catch((error: unknown) => failures.push(error))
          .finally(() => {
            handling -= 1;
          });
      }
    },
  });
  return { failures, isBusy: () => handling > 0, close };

  function close(): void {
    isClosed = true;
    follower.close();
  }
}

/** Writes of records, by the document that is served. */
function recordWrites(appOf: () => WorkflowApp, outbox: AppOutbox) {
  const writes = () => {
    const { database, model, webhooks } = appOf();
    return createWritePipeline({ database, model, logger: LOGGER, webhooks, outbox });
  };
  const inputOf = (name: string, input: Input) => {
    const { entities } = appOf().model;
    const entity = entities.get(name);
    if (entity === undefined) throw new Error(`no entity ${name}`);
    return documentInput(entities, entity, input).values;
  };
  return {
    create: async (name: string, input: Input, caller: Caller = ADMIN): Promise<string> => {
      const result = await writes().create(caller, name, inputOf(name, input));
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      return result.key;
    },
    update: (name: string, id: string, input: Input, caller: Caller = ADMIN) =>
      writes().update(caller, name, { id, patch: inputOf(name, input) }),
    remove: (name: string, id: string) => writes().delete(ADMIN, name, { id }),
  };
}

/** Ends of a test are waited for with `settled`. */
export async function createWorkflowEngine(document: object, { times = 1 }: EngineOptions = {}) {
  const base = await createWriteApp();
  await base.activate(document);
  const { database, outbox } = base;
  const webhooks = createWebhookCaller(WEBHOOK_CONFIG);
  const metrics = createWorkflowMetrics(createMetrics());
  const appOf = (of: object) =>
    createWorkflowApp({
      ...{ app: appName('test_app'), model: parseApp(of).model, revision: revision(1), database, outbox },
      ...{ webhooks, logger: LOGGER, metrics, onTimer: (ms) => timers.wakeIn(ms) },
    });
  let current = appOf(document);
  const app = () => current;
  const timers = createAppTimers(timerSource(app), LOGGER);
  const handled = handleAll(outbox.bus, { app, times });
  const stored = workflowRows(database);
  return {
    ...{ app, timers, when: until, failures: handled.failures },
    ...stored,
    ...recordWrites(app, outbox),
    commands: (): WorkflowCommands => createWorkflowCommands({ app: current, request: {} }),
    schedules: () => ensureSchedules(current),
    /** Goes on with another document. Its tables are those of the first one. */
    serve: (other: object) => {
      current = appOf(other);
    },
    /** Lets the time of all timers be over that are not held. */
    hurry: async () => {
      await stored.endTimers();
      timers.wakeIn(0);
    },
    /** Nothing is being handled, and no instance runs. */
    settled: () =>
      until(async () => !handled.isBusy() && outbox.status().waiting === 0 && !(await stored.isAnyRunning())),
    dispose: async () => {
      handled.close();
      await timers.close();
      await webhooks.close();
      await base.dispose();
    },
  };
}

export type WorkflowEngine = Awaited<ReturnType<typeof createWorkflowEngine>>;
