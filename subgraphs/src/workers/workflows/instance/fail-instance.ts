/** Instances that cannot go on: they fail, keep where they were, and can be retried from there. */
import { changeToken, type Token, tokenOf, type WorkflowInstanceStatus } from '@rocket/schema';
import { holdTimers } from '../../timers/timer-sql.ts';
import { stepFailure } from '../steps/step-failure.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { changeInstance, type KnownInstance } from './change-instance.ts';
import { instanceStatus, type OpenInstance } from './open-instance.ts';
import { clearWaits, endPending, note, storeInstance } from './store-instance.ts';

/** In its transaction; it has to be stored afterwards. A retry runs the step of the token from its beginning. */
export async function failInstance(instance: OpenInstance, token: Token, reason: string): Promise<void> {
  if (token.phase !== 'ready') {
    await clearWaits(instance, [token.id]);
    await endPending(instance, { tokens: [token.id], status: 'cancelled' });
    instance.state = changeToken(instance.state, token.id, { phase: 'ready', dueAt: null });
  }
  instance.end = 'failed';
  instance.error = reason;
  note(instance, { step: token.step, status: 'failed', comment: reason });
  await instance.write.tx.query(holdTimers(instance.record.key, true));
}

/** Whether it may go on. */
export function isOpen(instance: OpenInstance): boolean {
  const status = instanceStatus(instance);
  return status === 'waiting' || status === 'running';
}

/**
 * Changes an instance that may go on. Where `work` shows that its token cannot, the instance fails.
 * @returns as {@link changeInstance}
 * @throws what is no fault of the instance
 */
export async function changeWaiting(
  app: WorkflowApp,
  of: KnownInstance & { readonly token: number },
  work: (instance: OpenInstance) => Promise<void>,
): Promise<WorkflowInstanceStatus | null> {
  try {
    return await changeInstance(app, of, async (instance) => {
      if (isOpen(instance)) await work(instance);
    });
  } catch (error) {
    const failure = stepFailure(error);
    if (failure.kind !== 'final') throw error;
    app.logger.warn(
      { err: error, app: app.app, instance: of.id, workflow: of.workflow },
      'an instance of a workflow cannot go on',
    );
    return await changeInstance(app, of, async (instance) => {
      const token = tokenOf(instance.state, of.token);
      if (!isOpen(instance) || token === null) return;
      await failInstance(instance, token, failure.reason);
      await storeInstance(instance);
    });
  }
}
