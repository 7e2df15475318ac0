/** Instances that wait for an event go on with it. */
import { evaluateCondition, type SentEvent, tokenOf } from '@rocket/schema';
import { deleteTimers } from '../../timers/timer-sql.ts';
import { QUERY_MS } from '../instance/change-instance.ts';
import { changeWaiting } from '../instance/fail-instance.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import { leaveStep, note, storeInstance } from '../instance/store-instance.ts';
import { selectWaits, takeWait, type WaitingInstance, waitingInstance } from '../sql/wait-sql.ts';
import type { WorkflowApp } from '../workflow-app.ts';

/** Of one event, done at once. */
const BATCH = 8;

export type ReceivedEvent = Pick<SentEvent, 'id' | 'event' | 'payload' | 'actor'>;

/**
 * All that wait since before the event was stored. May be repeated: each receives it once.
 * @throws the first of what has kept any from receiving it, when all have been tried
 */
export async function receiveEvent(app: WorkflowApp, event: ReceivedEvent): Promise<void> {
  const failures: unknown[] = [];
  let after: WaitingInstance | null = null;
  for (;;) {
    const limits = { deadlineAtMs: Date.now() + QUERY_MS };
    const rows = await app.database.query(selectWaits({ ...event, after, limit: BATCH }), limits);
    const waiting: WaitingInstance[] = rows.map(waitingInstance);
    const received = await Promise.allSettled(waiting.map((each) => receiveIn(app, each, event)));
    for (const each of received) if (each.status === 'rejected') failures.push(each.reason);
    after = waiting.at(-1) ?? null;
    if (after === null || waiting.length < BATCH) break;
  }
  if (failures.length > 0) throw failures[0];
}

async function receiveIn(app: WorkflowApp, waiting: WaitingInstance, event: ReceivedEvent): Promise<void> {
  const { instanceId: id, token, workflow, depth } = waiting;
  await changeWaiting(app, { id, workflow, depth, token }, (instance) => receive(instance, token, event));
}

async function receive(instance: OpenInstance, id: number, event: ReceivedEvent): Promise<void> {
  const token = tokenOf(instance.state, id);
  const step = token === null ? undefined : instance.workflow.steps.get(token.step);
  if (token?.phase !== 'waiting' || step?.kind !== 'wait' || step.until.kind !== 'event') return;
  const { condition } = step.until;
  const { trigger, context, write, record } = instance;
  const known = { trigger, context, now: write.now, event: event.event, payload: event.payload };
  if (condition !== null && !evaluateCondition(condition, known)) return;
  const [taken] = await write.tx.query(takeWait({ ...event, instanceId: record.key, token: id }));
  if (taken === undefined) return;
  note(instance, { step: step.id, status: 'received', actor: event.actor });
  if (token.dueAt !== null) await write.tx.query(deleteTimers(record.key, [id]));
  await leaveStep(instance, token, step.then);
  await storeInstance(instance);
}
