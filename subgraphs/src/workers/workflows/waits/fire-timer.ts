/** What happens when the time of a token is over. Whoever is first, the timer or a decision, decides alone. */
import { changeToken, tokenOf } from '@rocket/schema';
import { type DueTimer, takeTimer } from '../../timers/timer-sql.ts';
import { changeWaiting } from '../instance/fail-instance.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import { endPending, leaveStep, note, storeInstance } from '../instance/store-instance.ts';
import { deleteWaits } from '../sql/wait-sql.ts';
import { timedOut } from '../steps/run-step.ts';
import type { WorkflowApp } from '../workflow-app.ts';

type TokenTimer = Extract<DueTimer, { kind: 'token' }>;

/** Fires it unless somebody else has. Whether it was this call that fired it. */
export async function fireTimer(app: WorkflowApp, timer: TokenTimer): Promise<boolean> {
  const { instanceId: id, workflow, depth } = timer;
  let isTaken = false;
  const of = { id, workflow, depth, token: timer.token };
  const status = await changeWaiting(app, of, async (instance) => {
    isTaken = false;
    const [taken] = await instance.write.tx.query(takeTimer(timer.id));
    isTaken = taken !== undefined;
    if (isTaken) await endWait(instance, timer.token);
  });
  // Without an instance that has changed, an attempt that took the timer was rolled back, or nothing waited for it.
  const isFired = isTaken && status !== null;
  if (isFired) app.metrics.timer(app.app, Math.max(0, timer.lateMs) / 1000);
  return isFired;
}

async function endWait(instance: OpenInstance, id: number): Promise<void> {
  const token = tokenOf(instance.state, id);
  if (token?.phase === 'retrying') {
    instance.state = changeToken(instance.state, id, { phase: 'ready', dueAt: null });
  } else if (token?.phase === 'waiting') {
    const step = instance.workflow.steps.get(token.step);
    const left = timedOut(step);
    if (left === null) return;
    // Its timer is taken already, and one that waits for a time alone has nothing else.
    if (step?.kind !== 'wait') await endPending(instance, { tokens: [id], status: 'timed_out' });
    else if (step.until.kind === 'event')
      await instance.write.tx.query(deleteWaits(instance.record.key, [id]));
    note(instance, { step: token.step, status: left.status });
    await leaveStep(instance, token, left.to);
  } else return;
  await storeInstance(instance);
}
