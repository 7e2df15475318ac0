/** One step of an instance: what it does, and where its token goes. */
import {
  changeToken,
  counted,
  evaluateCondition,
  fork,
  type Goto,
  MAX_STEPS_OF_INSTANCE,
  type StepModel,
  type Token,
  valueAt,
  type WaitStep,
  WorkflowFault,
  type WorkflowHistoryStatus,
} from '@rocket/schema';
import { dueTime, setTimer, setTimerAt } from '../../timers/timer-sql.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import { changed, leaveStep, note, stored } from '../instance/store-instance.ts';
import { insertApproval } from '../sql/approval-sql.ts';
import { insertWait } from '../sql/wait-sql.ts';
import { assigneeOf } from './assignee.ts';
import { triggerRecord } from './current-record.ts';
import { runActions } from './run-actions.ts';
import { waitTime } from './wait-time.ts';

/** Null: the token waits. */
type Left = { readonly to: Goto; readonly status: WorkflowHistoryStatus } | null;

/** @throws what `stepFailure` tells apart; nothing of it must be stored then */
export async function runStep(instance: OpenInstance, token: Token): Promise<'done' | 'waits'> {
  const step = instance.workflow.steps.get(token.step);
  if (step === undefined) throw new WorkflowFault(`There is no step ${token.step} any more`);
  if (instance.state.begun >= MAX_STEPS_OF_INSTANCE)
    throw new WorkflowFault(`More than ${MAX_STEPS_OF_INSTANCE} steps were taken`);
  instance.state = counted(instance.state);
  if (step.kind === 'parallel') {
    instance.state = fork(instance.state, token.id, step.branches);
    return 'done';
  }
  const left = await doStep(instance, step, token);
  if (left === null) return 'waits';
  note(instance, { step: step.id, status: left.status });
  await leaveStep(instance, token, left.to);
  return 'done';
}

async function doStep(
  instance: OpenInstance,
  step: Exclude<StepModel, { kind: 'parallel' }>,
  token: Token,
): Promise<Left> {
  const { trigger, context, write } = instance;
  switch (step.kind) {
    case 'action':
      await runActions(instance, step, token);
      return { to: step.then, status: 'completed' };
    case 'condition': {
      const isTrue = evaluateCondition(step.expression, { trigger, context, now: write.now });
      return isTrue ? { to: step.onTrue, status: 'on_true' } : { to: step.onFalse, status: 'on_false' };
    }
    case 'approval': {
      const assignee = await assigneeOf(instance, step);
      const dueAt = await pause(instance, token, step.timeoutMs);
      const { approval: entity } = instance.app.entities;
      const of = { ...assignee, instanceId: instance.record.key, token: token.id, step: step.id, dueAt };
      const after = await stored(write, entity, insertApproval(entity, of));
      changed(write, { entity, operation: 'create', before: null, after });
      if (assignee.userId !== null) instance.approverId = assignee.userId;
      return null;
    }
    case 'wait':
      return await beginWait(instance, step, token);
    case 'broken':
      throw new WorkflowFault(step.reason);
    default:
      return step satisfies never;
  }
}

async function beginWait(instance: OpenInstance, step: WaitStep, token: Token): Promise<Left> {
  const { until } = step;
  switch (until.kind) {
    case 'duration':
      await pause(instance, token, until.ms);
      return null;
    case 'date':
    case 'field': {
      const at = await timeOf(instance, until);
      const set = await instance.write.tx.query(setTimerAt(instance.record.key, token.id, at));
      wait(instance, token, dueTime(set));
      return null;
    }
    case 'event':
      await instance.write.tx.query(insertWait(instance.record.key, token.id, until.event));
      await pause(instance, token, until.timeoutMs);
      return null;
    default:
      return until satisfies never;
  }
}

async function timeOf(
  instance: OpenInstance,
  until: Extract<WaitStep['until'], { kind: 'date' | 'field' }>,
): Promise<string> {
  if (until.kind === 'date') return waitTime(valueAt(until.path, instance), until.path.join('.'));
  const { values } = await triggerRecord(instance, until.entity);
  return waitTime(values[until.field], `record.${until.field}`);
}

/** The token waits, for a time where one is given. Resolves with when that ends. */
async function pause(instance: OpenInstance, token: Token, ms: number | null): Promise<string | null> {
  const dueAt =
    ms === null ? null : dueTime(await instance.write.tx.query(setTimer(instance.record.key, token.id, ms)));
  wait(instance, token, dueAt);
  return dueAt;
}

function wait(instance: OpenInstance, { id }: Token, dueAt: string | null): void {
  instance.state = changeToken(instance.state, id, { phase: 'waiting', failures: 0, dueAt });
}

/** Where a token goes whose time is over. */
export function timedOut(step: StepModel | undefined): Left {
  switch (step?.kind) {
    case 'approval':
      return { to: step.onTimeout, status: 'timed_out' };
    case 'wait':
      return step.until.kind === 'event'
        ? { to: step.until.onTimeout, status: 'timed_out' }
        : { to: step.then, status: 'waited' };
    case 'broken':
      // One that waits for a time or an event is not told from others by then; an approval that has begun is.
      if (step.type === 'approval') return { to: step.gotos.onTimeout, status: 'timed_out' };
      throw new WorkflowFault(step.reason);
    default:
      throw new WorkflowFault('The step that waited does not wait any more');
  }
}
