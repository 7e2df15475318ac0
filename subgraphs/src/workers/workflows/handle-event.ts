/**
 * What an event of an app does: it starts instances, is received by those that wait for it, or says that one is to go on.
 * All of it may happen several times and counts once.
 */
import {
  type AppModel,
  type ChangeEvent,
  matchChange,
  matchEvent,
  readStream,
  type SentEvent,
  type StoredEvent,
  type StreamRecord,
  type TransitionEffect,
  WORKFLOW_INSTANCE,
  type WorkflowMatch,
} from '@rocket/schema';
import { z } from 'zod';
import { readStored } from '../../outbox/stored-events.ts';
import { advanceInstance } from './advance-instance.ts';
import { receiveEvent } from './receive-event.ts';
import { startInstance } from './start-instances.ts';
import type { WorkflowApp } from './workflow-app.ts';

/** Whether it can have anything to do with workflows, by the app's document alone. */
export function concernsWorkflows(model: Pick<AppModel, 'workflowStarts'>, record: StreamRecord): boolean {
  switch (record.kind) {
    case 'change':
      if (record.event.entity === WORKFLOW_INSTANCE) return isRunning(record.event);
      return model.workflowStarts.byEntity.has(record.event.entity);
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
  const whole = await wholeRecord(app, record);
  switch (whole.kind) {
    case 'change': {
      const { event } = whole;
      if (event.entity !== WORKFLOW_INSTANCE) await beginAll(app, matchChange(app.model, event), event);
      else if (isRunning(event)) await advanceInstance(app, event.key, event.version);
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

async function handleSent(app: WorkflowApp, event: SentEvent): Promise<void> {
  await receiveEvent(app, event);
  await beginAll(app, matchEvent(app.model, event), event);
}

/**
 * Those that can begin do, and go on: what is wrong with one of them, or cannot be done at the moment, keeps none of the
 * others. @throws the first of what has kept any, when all have been tried
 */
async function beginAll(
  app: WorkflowApp,
  matches: readonly WorkflowMatch[],
  { id, depth = 0, actor }: Pick<SentEvent, 'id' | 'depth' | 'actor'>,
): Promise<void> {
  const of = { startedFor: `event:${id}`, depth, startedBy: actor };
  const begun = await Promise.allSettled(
    matches.map(async ({ workflow, facts, error: fault }) => {
      const instance = await startInstance(app, { workflow, trigger: facts, fault, ...of });
      if (instance !== null) await advanceInstance(app, instance);
    }),
  );
  for (const each of begun) if (each.status === 'rejected') throw each.reason;
}

/** An action of a transition sends the record as it was stored. */
function sentBy(effect: TransitionEffect): SentEvent {
  const { id, app, epoch, revision, depth, lsn, at, omitted, actor, record } = effect;
  const { event } = sendEvent.parse(effect.definition);
  return { kind: 'sent', event, payload: record, id, app, epoch, revision, depth, lsn, at, omitted, actor };
}

const sendEvent = z.object({ event: z.string() });

/**
 * As it was stored, where it was too large for the stream. An instance is read anyway.
 * @throws Error when it is not kept any more, so that it does not seem to have nothing to say
 */
async function wholeRecord(app: WorkflowApp, record: StreamRecord): Promise<StreamRecord> {
  const { id, omitted } = eventOf(record) ?? { id: '', omitted: false };
  if (!omitted) return record;
  const [stored]: readonly StoredEvent[] = await readStored(app.database, [id]);
  if (stored !== undefined) return readStream(stored.payload);
  throw new Error('The event was too large for the stream, and is not kept in the outbox any more');
}

function eventOf(record: StreamRecord): Pick<ChangeEvent, 'id' | 'omitted'> | null {
  if (record.kind === 'change') return record.event.entity === WORKFLOW_INSTANCE ? null : record.event;
  if (record.kind === 'sent') return record.sent;
  return record.kind === 'effect' ? record.effect : null;
}
