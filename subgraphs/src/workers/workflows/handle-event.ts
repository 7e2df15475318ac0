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
  switch (record.kind) {
    case 'change':
      await handleChange(app, await wholeChange(app, record.event));
      return;
    case 'sent':
      await handleSent(app, await wholeSent(app, record.sent));
      return;
    case 'effect':
      if (record.effect.effect === 'send_event') await handleSent(app, sentBy(record.effect));
      return;
    default:
  }
}

async function handleChange(app: WorkflowApp, event: ChangeEvent): Promise<void> {
  if (event.entity === WORKFLOW_INSTANCE) {
    if (isRunning(event)) await advanceInstance(app, event.key, event.version);
    return;
  }
  for (const started of matchChange(app.model, event)) {
    await begin(app, started, {
      startedFor: `event:${event.id}`,
      depth: event.depth ?? 0,
      startedBy: event.actor,
    });
  }
}

/** Also when the record was too large for the stream: it is looked at then. */
function isRunning({ record, omitted }: ChangeEvent): boolean {
  return omitted || record?.['status'] === 'running';
}

async function handleSent(app: WorkflowApp, event: SentEvent): Promise<void> {
  await receiveEvent(app, event);
  for (const started of matchEvent(app.model, event)) {
    await begin(app, started, {
      startedFor: `event:${event.id}`,
      depth: event.depth ?? 0,
      startedBy: event.actor,
    });
  }
}

async function begin(
  app: WorkflowApp,
  { workflow, facts, error: fault }: WorkflowMatch,
  of: { readonly startedFor: string; readonly depth: number; readonly startedBy: string | null },
): Promise<void> {
  const id = await startInstance(app, { workflow, trigger: facts, fault, ...of });
  if (id !== null) await advanceInstance(app, id);
}

/** An action of a transition sends the record as it was stored. */
function sentBy(effect: TransitionEffect): SentEvent {
  const { id, app, epoch, revision, depth, lsn, at, omitted, actor, record } = effect;
  const { event } = sendEvent.parse(effect.definition);
  const payload = z.json().parse(record ?? null);
  return { kind: 'sent', event, payload, id, app, epoch, revision, depth, lsn, at, omitted, actor };
}

const sendEvent = z.object({ event: z.string() });

/** With its records, where they were too large for the stream. */
async function wholeChange(app: WorkflowApp, event: ChangeEvent): Promise<ChangeEvent> {
  if (!event.omitted || event.entity === WORKFLOW_INSTANCE) return event;
  const whole = await wholeRecord(app, event.id);
  return whole?.kind === 'change' ? whole.event : event;
}

async function wholeSent(app: WorkflowApp, sent: SentEvent): Promise<SentEvent> {
  if (!sent.omitted) return sent;
  const whole = await wholeRecord(app, sent.id);
  return whole?.kind === 'sent' ? whole.sent : sent;
}

async function wholeRecord(app: WorkflowApp, id: string): Promise<StreamRecord | null> {
  const [stored]: readonly StoredEvent[] = await readStored(app.database, [id]);
  return stored === undefined ? null : readStream(stored.payload);
}
