/** An app whose workflows run: on a database of its own, with the events of its own bus, and timers. */
import { createMetrics } from '@rocket/platform';
import { appName, type Caller, readStream, revision, WORKFLOW_INSTANCE } from '@rocket/schema';
import { until } from '../../../tests/harness/until.ts';
import { documentInput } from '../../src/operation/document-input.ts';
import type { WorkflowCommands } from '../../src/operation/workflow-commands.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { createAppTimers, type TimerSource } from '../../src/workers/timers/app-timers.ts';
import { dueTimer, msUntilDue, selectDue, selectNextDue } from '../../src/workers/timers/timer-sql.ts';
import { createWorkflowCommands } from '../../src/workers/workflows/commands.ts';
import { fireTimer } from '../../src/workers/workflows/fire-timer.ts';
import { handleEvent } from '../../src/workers/workflows/handle-event.ts';
import { ensureSchedules, fireSchedule } from '../../src/workers/workflows/schedules.ts';
import { createWorkflowApp, type WorkflowApp } from '../../src/workers/workflows/workflow-app.ts';
import { createWorkflowMetrics } from '../../src/workers/workflows/workflow-metrics.ts';
import { createWritePipeline } from '../../src/write/pipeline.ts';
import { ADMIN, createWriteApp, LOGGER, parseApp } from './write-app.ts';

type Input = Readonly<Record<string, unknown>>;

export interface StoredInstance {
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly step: string | null;
  readonly context: Record<string, unknown>;
  readonly error: string | null;
  /** Statuses of the history, with their steps. */
  readonly history: readonly string[];
}

export interface EngineOptions {
  /** How many times each event is handled at once. */
  readonly times?: number;
}

/** The timers of an app, as a worker has them. */
export function timerSource(appOf: () => WorkflowApp): TimerSource {
  return {
    due: async (limit) => (await appOf().database.query(selectDue(limit))).map(dueTimer),
    msUntilNext: async () => {
      const [row] = await appOf().database.query(selectNextDue());
      return row === undefined ? null : msUntilDue(row);
    },
    fire: (timer) => (timer.kind === 'schedule' ? fireSchedule(appOf(), timer) : fireTimer(appOf(), timer)),
  };
}

/** Ends of a test are waited for with {@link WorkflowEngine.settled}. */
export async function createWorkflowEngine(document: object, { times = 1 }: EngineOptions = {}) {
  const base = await createWriteApp();
  await base.activate(document);
  const { database, outbox } = base;
  const webhooks = createWebhookCaller({
    outgoingAllow: ['127.0.0.0/8'],
    webhookVariables: new Map(),
    webhookTimeoutMs: 500,
  });
  const failures: unknown[] = [];
  const metrics = createWorkflowMetrics(createMetrics());
  const appOf = (of: object) =>
    createWorkflowApp({
      ...{ app: appName('test_app'), model: parseApp(of).model, revision: revision(1), database, outbox },
      ...{ webhooks, logger: LOGGER, metrics, onTimer: (ms) => timers.wakeIn(ms) },
    });
  let current = appOf(document);
  const timers = createAppTimers(
    timerSource(() => current),
    LOGGER,
  );
  let handling = 0;
  const follower = outbox.bus.follow({
    subject: 'rocket.*.*.*.*',
    from: { kind: 'after', position: 0 },
    onLost: (reason) => failures.push(reason),
    onMessage: ({ payload }) => {
      for (let time = 0; time < times; time += 1) {
        handling += 1;
        handleEvent(current, readStream(payload))
          .catch((error: unknown) => failures.push(error))
          .finally(() => {
            handling -= 1;
          });
      }
    },
  });
  const writes = () =>
    createWritePipeline({ database, model: current.model, logger: LOGGER, webhooks, outbox });
  const inputOf = (name: string, input: Input) => {
    const { model } = current;
    const entity = model.entities.get(name);
    if (entity === undefined) throw new Error(`no entity ${name}`);
    return documentInput(model.entities, entity, input).values;
  };
  const rows = (text: string, values: readonly unknown[] = []) => database.query({ text, values });

  async function instances(): Promise<StoredInstance[]> {
    const found = await rows(
      `SELECT i.id, i.workflow, i.status, i.step, i.context, i.error, coalesce((SELECT
         array_agg(h.step || ' ' || h.status ORDER BY h.id) FROM _workflow_history h WHERE h.instance_id = i.id), '{}')
       FROM _workflow_instances i ORDER BY i.started_at, i.id`,
    );
    return found.map(([id, workflow, status, step, context, error, history]) => ({
      ...{ id, workflow, status, step, context, error, history },
    })) as unknown as StoredInstance[];
  }

  return {
    appOf,
    app: () => current,
    commands: (): WorkflowCommands => createWorkflowCommands({ app: current, request: {} }),
    /** Goes on with another document. Its tables are those of the first one. */
    serve: (other: object) => {
      current = appOf(other);
    },
    /** Lets the time of all timers be over that are not held. */
    hurry: async () => {
      await rows(
        'UPDATE _timers SET due_at = clock_timestamp() WHERE NOT held AND due_at > clock_timestamp()',
      );
      timers.wakeIn(0);
    },
    timers,
    failures,
    rows,
    instances,
    create: async (name: string, input: Input, caller: Caller = ADMIN): Promise<string> => {
      const result = await writes().create(caller, name, inputOf(name, input));
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      return result.key;
    },
    update: (name: string, id: string, input: Input, caller: Caller = ADMIN) =>
      writes().update(caller, name, { id, patch: inputOf(name, input) }),
    remove: (name: string, id: string) => writes().delete(ADMIN, name, { id }),
    schedules: () => ensureSchedules(current),
    when: until,
    /** Waits until an instance is as it is expected. */
    until: async (isMeant: (instance: StoredInstance) => boolean): Promise<StoredInstance> => {
      let found: StoredInstance | undefined;
      await until(async () => {
        found = (await instances()).find(isMeant);
        return found !== undefined;
      });
      if (found === undefined) throw new Error('There is no such instance');
      return found;
    },
    /** Nothing is being handled, and no instance runs. */
    settled: () =>
      until(async () => {
        const { waiting } = outbox.status();
        return (
          handling === 0 && waiting === 0 && !(await instances()).some(({ status }) => status === 'running')
        );
      }),
    approvals: async () => {
      const found = await rows(
        'SELECT id, step, status, assignee_role, assignee_id, comment, decided_by FROM _workflow_approvals ORDER BY created_at, id',
      );
      return found.map(([id, step, status, role, user, comment, decidedBy]) => ({
        ...{ id: String(id), step, status, role, user, comment, decidedBy },
      }));
    },
    entity: WORKFLOW_INSTANCE,
    dispose: async () => {
      follower.close();
      await timers.close();
      await webhooks.close();
      await base.dispose();
    },
  };
}

export type WorkflowEngine = Awaited<ReturnType<typeof createWorkflowEngine>>;
