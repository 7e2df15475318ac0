/** Instances that wait for an event go on with it. */
import { evaluateCondition, type SentEvent, tokenOf } from '@rocket/schema';
import { advanceInstance } from './advance-instance.ts';
import { changeWaiting } from './fail-instance.ts';
import type { OpenInstance } from './open-instance.ts';
import { selectWaits, takeWait, type WaitingInstance, waitingInstance } from './sql/history-sql.ts';
import { leaveStep, note, storeInstance } from './store-instance.ts';
import type { WorkflowApp } from './workflow-app.ts';

const BATCH = 100;

export type ReceivedEvent = Pick<SentEvent, 'event' | 'payload' | 'at' | 'actor'>;

/** All that wait since before the event was sent. May be repeated: each goes on once. */
export async function receiveEvent(app: WorkflowApp, event: ReceivedEvent): Promise<void> {
  let after: WaitingInstance | null = null;
  for (;;) {
    const rows = await app.database.query(
      selectWaits({ event: event.event, at: event.at, after, limit: BATCH }),
    );
    const waiting: WaitingInstance[] = rows.map(waitingInstance);
    for (const each of waiting) await receiveIn(app, each, event);
    after = waiting.at(-1) ?? null;
    if (after === null || waiting.length < BATCH) return;
  }
}

async function receiveIn(app: WorkflowApp, waiting: WaitingInstance, event: ReceivedEvent): Promise<void> {
  const { instanceId: id, token, workflow, depth } = waiting;
  const status = await changeWaiting(app, { id, workflow, depth, token }, (instance) =>
    received(instance, token, event),
  );
  if (status === 'running') await advanceInstance(app, id);
}

async function received(instance: OpenInstance, id: number, event: ReceivedEvent): Promise<void> {
  const token = tokenOf(instance.state, id);
  const step = token === null ? undefined : instance.workflow.steps.get(token.step);
  if (token?.phase !== 'waiting' || step?.kind !== 'wait' || step.until.kind !== 'event') return;
  const { condition } = step.until;
  const { trigger, context, write, record } = instance;
  const known = { trigger, context, now: write.now, event: event.event, payload: event.payload };
  if (condition !== null && !evaluateCondition(condition, known)) return;
  const [taken] = await write.tx.query(
    takeWait({ instanceId: record.key, token: id, event: event.event, at: event.at }),
  );
  if (taken === undefined) return;
  note(instance, { step: step.id, status: 'received', actor: event.actor });
  await leaveStep(instance, { token, to: step.then, hadWaited: true });
  await storeInstance(instance);
}
