/**
 * What an event of an app does: it starts instances, is received by those that wait for it, or says that one is to take its
 * next step. All of it may happen several times and counts once.
 */
import {
  type AppModel,
  type ChangeEvent,
  effectSubject,
  matchChange,
  matchEvent,
  readStream,
  type SentEvent,
  type StreamRecord,
  sentSubject,
  type TransitionEffect,
  WORKFLOW_INSTANCE,
  type WorkflowMatch,
} from '@rocket/schema';
import { z } from 'zod';
import { wholeRecord } from '../whole-record.ts';
import { advanceInstance } from './instance/advance-instance.ts';
import { QUERY_MS } from './instance/change-instance.ts';
import { selectSince } from './sql/wait-sql.ts';
import { startInstance } from './starts/start-instances.ts';
import { receiveEvent } from './waits/receive-event.ts';
import type { WorkflowApp } from './workflow-app.ts';

type Documented = Pick<AppModel, 'workflows' | 'workflowStarts'>;

/** Whether it can have anything to do with workflows, by the app's document alone. */
export function concernsWorkflows(model: Documented, record: StreamRecord): boolean {
  switch (record.kind) {
    case 'change': {
      const { event } = record;
      if (event.entity !== WORKFLOW_INSTANCE) return model.workflowStarts.byEntity.has(event.entity);
      return isRunning(event) || mayWaitForEvents(model, event);
    }
    case 'effect':
      return record.effect.effect === 'send_event';
    case 'sent':
      // Who waits for it may have begun by another document.
      return true;
    default:
      return false;
  }
}

/** @throws what is to be tried again: nothing is wrong with the event then, or it cannot be handled at all */
export async function handleEvent(app: WorkflowApp, record: StreamRecord): Promise<void> {
  const whole = await wholeRecord(app.database, record);
  switch (whole.kind) {
    case 'change': {
      const { event } = whole;
      if (event.entity !== WORKFLOW_INSTANCE) await startAll(app, matchChange(app.model, event), event);
      else if (isRunning(event)) await advanceInstance(app, event.key, event.version);
      if (event.entity === WORKFLOW_INSTANCE && mayWaitForEvents(app.model, event))
        await receiveSince(app, event.key);
      return;
    }
    case 'sent':
      await handleSent(app, whole.sent);
      return;
    case 'effect':
      if (whole.effect.effect === 'send_event') await handleSent(app, sentBy(whole.effect));
      return;
    default:
  }
}

/** Also when the record was too large for the stream: the instance is looked at then. */
function isRunning({ record, omitted }: ChangeEvent): boolean {
  return omitted || record?.['status'] === 'running';
}

/** Whether the instance waits, and perhaps for an event. */
function mayWaitForEvents({ workflows }: Documented, { record, omitted }: ChangeEvent): boolean {
  if (!omitted && record?.['status'] !== 'waiting') return false;
  const workflow = workflows.get(String(record?.['workflow']));
  if (workflow === undefined) return true;
  return [...workflow.steps.values()].some((step) => step.kind === 'wait' && step.until.kind === 'event');
}

/**
 * An event that was stored while the transaction with the wait had not been committed may have found nobody who waits for
 * it. So it is looked for when the wait is told of.
 */
async function receiveSince(app: WorkflowApp, instanceId: string): Promise<void> {
  const subjects = [
    sentSubject(app.app, '%'),
    effectSubject({ app: app.app, entity: '%', effect: 'send_event' }),
  ];
  const limits = { deadlineAtMs: Date.now() + QUERY_MS };
  const rows = await app.database.query(selectSince(instanceId, subjects), limits);
  for (const [payload] of rows) {
    const record = readStream(String(payload));
    if (record.kind === 'sent') await receiveEvent(app, record.sent);
    else if (record.kind === 'effect') await receiveEvent(app, sentBy(record.effect));
  }
}

/** Who waits for it, and what it starts, are independent of each other. */
async function handleSent(app: WorkflowApp, event: SentEvent): Promise<void> {
  const done = [receiveEvent(app, event), startAll(app, matchEvent(app.model, event), event)];
  await allOf(done);
}

/** @throws the first of what has kept any from beginning, when all have been tried */
async function startAll(
  app: WorkflowApp,
  matches: readonly WorkflowMatch[],
  { id, depth = 0, actor }: Pick<SentEvent, 'id' | 'depth' | 'actor'>,
): Promise<void> {
  const of = { startedFor: `event:${id}`, depth, startedBy: actor };
  await allOf(
    matches.map(({ workflow, facts, error: fault }) =>
      startInstance(app, { workflow, trigger: facts, fault, ...of }),
    ),
  );
}

async function allOf(work: readonly Promise<void>[]): Promise<void> {
  for (const each of await Promise.allSettled(work)) if (each.status === 'rejected') throw each.reason;
}

/** An action of a transition sends the record as it was stored. */
function sentBy(effect: TransitionEffect): SentEvent {
  const { id, app, epoch, revision, depth, lsn, at, omitted, actor, record } = effect;
  const { event } = sendEvent.parse(effect.definition);
  return { kind: 'sent', event, payload: record, id, app, epoch, revision, depth, lsn, at, omitted, actor };
}

const sendEvent = z.object({ event: z.string() });
