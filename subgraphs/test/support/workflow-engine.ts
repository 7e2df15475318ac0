/** An app whose workflows run: on a database of its own, with the events of its own bus, and timers. */
import { createMetrics } from '@rocket/platform';
import { appName, type Caller, readStream, revision, WORKFLOW_INSTANCE } from '@rocket/schema';
import { until } from '../../../tests/harness/until.ts';
import { documentInput } from '../../src/operation/document-input.ts';
import { createWebhookCaller } from '../../src/webhooks/webhook-caller.ts';
import { createAppTimers } from '../../src/workers/timers/app-timers.ts';
import { dueTimer, msUntilDue, selectDue, selectNextDue } from '../../src/workers/timers/timer-sql.ts';
import { createWorkflowCommands } from '../../src/workers/workflows/commands.ts';
import { fireTimer } from '../../src/workers/workflows/fire-timer.ts';
import { handleEvent } from '../../src/workers/workflows/handle-event.ts';
import { ensureSchedules, fireSchedule } from '../../src/workers/workflows/schedules.ts';
import { createWorkflowApp } from '../../src/workers/workflows/workflow-app.ts';
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

/** Ends of a test are waited for with {@link WorkflowEngine.settled}. */
export async function createWorkflowEngine(document: object) {
  const base = await createWriteApp();
  await base.activate(document);
  const { model } = parseApp(document);
  const { database, outbox } = base;
  const webhooks = createWebhookCaller({
    outgoingAllow: ['127.0.0.0/8'],
    webhookVariables: new Map(),
    webhookTimeoutMs: 500,
  });
  const failures: unknown[] = [];
  const workflowApp = createWorkflowApp({
    ...{ app: appName('test_app'), model, revision: revision(1), database, outbox, webhooks },
    logger: LOGGER,
    metrics: createWorkflowMetrics(createMetrics()),
    onTimer: (ms) => timers.wakeIn(ms),
  });
  const timers = createAppTimers(
    {
      due: async (limit) => (await database.query(selectDue(limit))).map(dueTimer),
      msUntilNext: async () => {
        const [row] = await database.query(selectNextDue());
        return row === undefined ? null : msUntilDue(row);
      },
      fire: (timer) =>
        timer.kind === 'schedule' ? fireSchedule(workflowApp, timer) : fireTimer(workflowApp, timer),
    },
    LOGGER,
  );
  let handling = 0;
  const follower = outbox.bus.follow({
    subject: 'rocket.*.*.*.*',
    from: { kind: 'after', position: 0 },
    onLost: (reason) => failures.push(reason),
    onMessage: ({ payload }) => {
      handling += 1;
      handleEvent(workflowApp, readStream(payload))
        .catch((error: unknown) => failures.push(error))
        .finally(() => {
          handling -= 1;
        });
    },
  });
  const writes = () => createWritePipeline({ database, model, logger: LOGGER, webhooks, outbox });
  const inputOf = (name: string, input: Input) => {
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
    model,
    app: workflowApp,
    commands: createWorkflowCommands({ app: workflowApp, request: {} }),
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
    schedules: () => ensureSchedules(workflowApp),
    /** Waits until an instance is as it is expected; `null` for any. */
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
