/**
 * An instance takes one step, in a transaction with all that the step does. Its change is told as every change is; as long as
 * it leaves the instance `running`, whoever is told takes the next step. So nobody has to remember what runs.
 */
import { changeToken, readyToken, type Token, tokenOf } from '@rocket/schema';
import { type AskedDelivery, logAsked } from '../../../webhooks/log-asked.ts';
import { dueTime, setTimer } from '../../timers/timer-sql.ts';
import { seenInstance, selectInstance } from '../sql/instance-sql.ts';
import { runStep } from '../steps/run-step.ts';
import { type StepFailure, stepFailure } from '../steps/step-failure.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { changeInstance, type KnownInstance, QUERY_MS } from './change-instance.ts';
import { failInstance } from './fail-instance.ts';
import { instanceStatus, type OpenInstance } from './open-instance.ts';
import { storeInstance } from './store-instance.ts';

/** How long after each failure of a step it is run again; after the last one the instance fails. */
const RETRY_AFTER_MS = [1_000, 5_000, 30_000, 120_000, 600_000];

/**
 * Takes the step that an instance is to take at this version; nothing when it has another one by now.
 * @throws what is no fault of the instance, such as that its database is gone, or that somebody else has it: the step is
 *   to be taken later then
 */
export async function advanceInstance(app: WorkflowApp, id: string, version: number): Promise<void> {
  const [row] = await app.database.query(selectInstance(id), { deadlineAtMs: Date.now() + QUERY_MS });
  const seen = row === undefined ? null : seenInstance(row);
  if (seen?.status !== 'running' || seen.version !== version) return;
  const known = { id, ...seen };
  const taken: Taken = { token: null, outcome: null, asked: [] };
  try {
    await changeInstance(app, { ...known, lock: 'skip' }, (instance) => takeStep(instance, version, taken));
    if (taken.outcome !== null) app.metrics.step(app.app, taken.outcome);
  } catch (error) {
    const failure = stepFailure(error);
    if (failure.kind === 'outage') throw error;
    app.logger.warn(
      { err: error, app: app.app, instance: id, workflow: seen.workflow },
      'a step of a workflow has failed',
    );
    app.metrics.step(app.app, 'failed');
    await failStep(app, known, { token: taken.token, asked: taken.asked, failure });
  }
}

interface Taken {
  token: Token | null;
  asked: readonly AskedDelivery[];
  outcome: 'done' | 'waits' | null;
}

/** May be repeated. */
async function takeStep(instance: OpenInstance, version: number, taken: Taken): Promise<void> {
  taken.outcome = null;
  taken.asked = instance.asked;
  taken.token =
    instanceStatus(instance) === 'running' && instance.record.version === version
      ? readyToken(instance.state)
      : null;
  if (taken.token === null) return;
  taken.outcome = await runStep(instance, taken.token);
  await logAsked(instance.write.tx, instance.asked, 'failed');
  await storeInstance(instance);
}

interface Failed {
  readonly token: Token | null;
  readonly asked: readonly AskedDelivery[];
  readonly failure: Exclude<StepFailure, { kind: 'outage' }>;
}

/** Notes that the step has failed, unless something else has become of the instance meanwhile. */
async function failStep(
  app: WorkflowApp,
  of: KnownInstance,
  { token, asked, failure }: Failed,
): Promise<void> {
  await changeInstance(app, of, async (instance) => {
    const current = token === null ? readyToken(instance.state) : tokenOf(instance.state, token.id);
    if (instanceStatus(instance) !== 'running' || current?.phase !== 'ready') return;
    // Somebody else has run the step meanwhile, and goes on with what came of it.
    if (token !== null && (current.left !== token.left || current.failures !== token.failures)) return;
    const delayMs = failure.kind === 'again' ? RETRY_AFTER_MS[current.failures] : undefined;
    if (delayMs === undefined) await failInstance(instance, current, failure.reason);
    else await retryLater(instance, current, delayMs);
    await logAsked(instance.write.tx, asked, delayMs === undefined ? 'failed' : 'retrying');
    await storeInstance(instance);
  });
}

async function retryLater(instance: OpenInstance, token: Token, delayMs: number): Promise<void> {
  const set = await instance.write.tx.query(setTimer(instance.record.key, token.id, delayMs));
  const change = { phase: 'retrying', failures: token.failures + 1, dueAt: dueTime(set) } as const;
  instance.state = changeToken(instance.state, token.id, change);
}
