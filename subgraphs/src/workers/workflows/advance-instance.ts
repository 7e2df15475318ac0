/**
 * An instance goes on until it waits or ends, each step in a transaction of its own with all that it does. A step that was
 * done leaves the instance `running` and tells of it as of every change, so whoever is told goes on when this process
 * cannot any more.
 */
import { changeToken, type InstanceStatus, readyToken, type Token, tokenOf } from '@rocket/schema';
import { dueTime, setTimer } from '../timers/timer-sql.ts';
import { changeInstance } from './change-instance.ts';
import { failInstance } from './fail-instance.ts';
import { instanceStatus, type OpenInstance } from './open-instance.ts';
import { runStep } from './run-step.ts';
import { type SeenInstance, seenInstance, selectInstance } from './sql/instance-sql.ts';
import { type StepFailure, stepFailure } from './step-failure.ts';
import { storeInstance } from './store-instance.ts';
import type { WorkflowApp } from './workflow-app.ts';

/** How long after each failure of a step it is run again; after the last one the instance fails. */
const RETRY_AFTER_MS = [1_000, 5_000, 30_000, 120_000, 600_000];

/**
 * @param version that it has when it is to go on; null for any
 * @throws what is no fault of the instance, such as that its database is gone: it is to go on later then
 */
export async function advanceInstance(
  app: WorkflowApp,
  id: string,
  version: number | null = null,
): Promise<void> {
  const [row] = await app.database.query(selectInstance(id));
  const seen = row === undefined ? null : seenInstance(row);
  if (seen === null || seen.status !== 'running' || (version !== null && seen.version !== version)) return;
  while ((await takeStep(app, id, seen)) === 'running');
}

async function takeStep(app: WorkflowApp, id: string, seen: SeenInstance): Promise<InstanceStatus | null> {
  let token: Token | null = null;
  try {
    return await changeInstance(app, { id, ...seen }, async (instance) => {
      token = instanceStatus(instance) === 'running' ? readyToken(instance.state) : null;
      if (token === null) return;
      app.metrics.step(app.app, await runStep(instance, token));
      await storeInstance(instance);
    });
  } catch (error) {
    const failure = stepFailure(error);
    if (failure.kind === 'outage') throw error;
    app.logger.warn(
      { err: error, app: app.app, instance: id, workflow: seen.workflow },
      'a step of a workflow has failed',
    );
    app.metrics.step(app.app, 'failed');
    return await failStep(app, { id, ...seen }, { token, failure });
  }
}

interface Failed {
  readonly token: Token | null;
  readonly failure: Exclude<StepFailure, { kind: 'outage' }>;
}

/** Notes that the step has failed, unless something else has become of the instance meanwhile. */
async function failStep(
  app: WorkflowApp,
  of: { readonly id: string } & SeenInstance,
  { token, failure }: Failed,
): Promise<InstanceStatus | null> {
  return await changeInstance(app, of, async (instance) => {
    const current = token === null ? readyToken(instance.state) : tokenOf(instance.state, token.id);
    if (instanceStatus(instance) !== 'running' || current?.phase !== 'ready') return;
    // Somebody else has run the step meanwhile, and goes on with what came of it.
    if (token !== null && (current.left !== token.left || current.failures !== token.failures)) return;
    const delayMs = failure.kind === 'again' ? RETRY_AFTER_MS[current.failures] : undefined;
    if (delayMs === undefined) await failInstance(instance, current, failure.reason);
    else await retryLater(instance, current, delayMs);
    await storeInstance(instance);
  });
}

async function retryLater(instance: OpenInstance, token: Token, delayMs: number): Promise<void> {
  const [row] = await instance.write.tx.query(setTimer(instance.record.key, token.id, delayMs));
  const change = {
    phase: 'retrying',
    failures: token.failures + 1,
    dueAt: row === undefined ? null : dueTime(row),
  } as const;
  instance.state = changeToken(instance.state, token.id, change);
}
