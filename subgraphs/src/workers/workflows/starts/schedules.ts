/** Workflows that begin by schedule: a timer for each, which is set anew whenever it fires. */
import { nextOccurrence, type TriggerModel, triggerFacts, type WorkflowModel } from '@rocket/schema';
import { WriteRefused } from '../../../write/write-result.ts';
import {
  type DueTimer,
  databaseTime,
  deleteSchedulesExcept,
  moveSchedule,
  putSchedule,
  selectTime,
  takenSchedule,
  takeSchedule,
} from '../../timers/timer-sql.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { beginInstance, followStart } from './start-instances.ts';

type ScheduleTimer = Extract<DueTimer, { kind: 'schedule' }>;
type Schedule = Extract<TriggerModel, { kind: 'schedule' }>;
type Scheduled = WorkflowModel & { readonly trigger: Schedule };

/**
 * Sets the timers of the workflows that begin by schedule, as the app's document has them: one whose times are the same
 * keeps its timer. May be done several times, and by several at once.
 */
export async function ensureSchedules(app: WorkflowApp): Promise<void> {
  const scheduled = [...app.model.workflows.values()].filter(isScheduled);
  await app.database.transaction(async (tx) => {
    const [row] = await tx.query(selectTime());
    const now = databaseTime(row);
    await tx.query(deleteSchedulesExcept(scheduled.map(({ name }) => name)));
    for (const { name, trigger } of scheduled) {
      const dueAt = nextOccurrence(trigger, now);
      if (dueAt === null) continue;
      await tx.query(
        putSchedule({ schedule: name, definition: textOf(trigger), dueAt: dueAt.toISOString() }),
      );
    }
  });
}

/**
 * Begins an instance for the time that has come. Times that were missed, as nothing ran then, count once, as the first of
 * them. A timer that was set by another definition than the document has does not count: the timers are set anew then.
 * Whether it was this call that fired it.
 */
export async function fireSchedule(app: WorkflowApp, timer: ScheduleTimer): Promise<boolean> {
  const found = app.model.workflows.get(timer.schedule);
  const workflow = found !== undefined && isScheduled(found) ? found : null;
  const { caller, inTransaction } = app.writesOf(timer.schedule, 1);
  let begun: Awaited<ReturnType<typeof beginInstance>> = null;
  let isFired = false;
  let isOther = false;
  const result = await inTransaction(caller, async (write) => {
    begun = null;
    isOther = false;
    const [row] = await write.tx.query(takeSchedule(timer.id));
    isFired = row !== undefined;
    if (row === undefined) return '';
    const { dueAt, now, definition } = takenSchedule(row);
    if (workflow === null || textOf(workflow.trigger) !== definition) {
      isOther = true;
      return '';
    }
    const next = nextOccurrence(workflow.trigger, now);
    await write.tx.query(moveSchedule(timer.id, next?.toISOString() ?? null));
    begun = await beginInstance(app, write, {
      workflow,
      trigger: triggerFacts({ kind: 'schedule', at: dueAt }),
      startedFor: `schedule:${dueAt}`,
      startedBy: null,
      depth: 0,
      fault: null,
    });
    return '';
  });
  if (!result.ok) throw new WriteRefused(result.errors);
  if (isOther) {
    await ensureSchedules(app);
    return true;
  }
  if (isFired) app.metrics.timer(app.app, Math.max(0, timer.lateMs) / 1000);
  followStart(app, begun);
  return isFired;
}

function isScheduled(workflow: WorkflowModel): workflow is Scheduled {
  return workflow.active && workflow.trigger.kind === 'schedule';
}

/** By which it is seen whether its times have changed. */
function textOf({ cron, timeZone }: Schedule): string {
  return `${cron} ${timeZone}`;
}
