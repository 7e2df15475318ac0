/** Which apps have timers, and what they do when they fire. */
import { type CatalogView, createSlots } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import { ensureSystemTables } from '../tables/ensure-system-tables.ts';
import type { TimerSource } from './timers/app-timers.ts';
import { dueTimer, msUntilDue, postponeTimer, selectDue, selectNextDue } from './timers/timer-sql.ts';
import type { WorkerShards } from './worker-shards.ts';
import { QUERY_MS } from './workflows/instance/change-instance.ts';
import { resumeStale } from './workflows/instance/resume-stale.ts';
import { isTrue, selectHasInstances, selectHasTables } from './workflows/sql/instance-sql.ts';
import { ensureSchedules, fireSchedule } from './workflows/starts/schedules.ts';
import { fireTimer } from './workflows/waits/fire-timer.ts';
import type { WorkflowApp } from './workflows/workflow-app.ts';

export interface WorkflowTimersOptions {
  readonly shards: WorkerShards;
  readonly view: Pick<CatalogView, 'current'>;
}

export interface WorkflowTimers {
  /**
   * Apps that may have timers. `all`: they are looked at anew, as changes may have been missed; `changed`: those alone that
   * have another document or place than when they were looked at.
   */
  apps(which: 'all' | 'changed'): readonly AppName[];
  source(app: AppName): TimerSource;
}

/** Databases that are looked at for the first time, at once. */
const MAX_LOOKED_AT_ONCE = 4;

export function createWorkflowTimers({ shards, view }: WorkflowTimersOptions): WorkflowTimers {
  const slots = createSlots(MAX_LOOKED_AT_ONCE);
  /** By which document and at which place an app was looked at, and whether it has anything to do with workflows. */
  const looked = new Map<AppName, { readonly version: string; readonly isConcerned: boolean }>();

  function versionOf(app: AppName): string {
    const { apps, shardMap } = view.current;
    return `${shardMap.placements.get(app)?.epoch}@${apps.get(app)?.activeRevision}`;
  }

  async function open(app: AppName): Promise<WorkflowApp | null> {
    const version = versionOf(app);
    const known = looked.get(app);
    if (known?.version === version && !known.isConcerned) return null;
    const placed = await shards.model(app);
    if (placed === null) return null;
    const opened = shards.open(placed);
    if (known?.version === version) return opened;
    const isConcerned = await slots.run(() => lookAt(opened));
    looked.set(app, { version, isConcerned });
    return isConcerned ? opened : null;
  }

  return {
    apps(which) {
      const { placements } = view.current.shardMap;
      for (const app of looked.keys()) if (!placements.has(app)) looked.delete(app);
      const isQuiet = (app: AppName) => {
        const known = looked.get(app);
        if (known?.version !== versionOf(app)) return false;
        return which === 'changed' || !known.isConcerned;
      };
      const apps = [...placements.keys()].filter((app) => !isQuiet(app));
      for (const app of apps) looked.delete(app);
      return apps;
    },
    source: (app) => workflowTimerSource(() => open(app)),
  };
}

/** @param open resolves with null for an app that has nothing to do with workflows */
export function workflowTimerSource(open: () => Promise<WorkflowApp | null>): TimerSource {
  const limits = () => ({ deadlineAtMs: Date.now() + QUERY_MS });
  return {
    due: async (limit) => {
      const app = await open();
      return app === null ? [] : (await app.database.query(selectDue(limit), limits())).map(dueTimer);
    },
    msUntilNext: async () => {
      const app = await open();
      const [row] = app === null ? [] : await app.database.query(selectNextDue(), limits());
      return row === undefined ? null : msUntilDue(row);
    },
    fire: async (timer) => {
      const app = await open();
      if (app === null) return false;
      return timer.kind === 'schedule' ? await fireSchedule(app, timer) : await fireTimer(app, timer);
    },
    postpone: async (timer, ms) => {
      const app = await open();
      await app?.database.query(postponeTimer(timer.id, ms), limits());
    },
  };
}

/**
 * Looks at an app whose document or place is new to this process, or of which something may have been missed. Whether it has
 * anything to do with workflows: one whose document has none any more may have instances that still run.
 */
async function lookAt(app: WorkflowApp): Promise<boolean> {
  const limits = { deadlineAtMs: Date.now() + QUERY_MS };
  const hasWorkflows = app.model.workflows.size > 0;
  const [tables] = await app.database.query(selectHasTables(), limits);
  if (!isTrue(tables)) {
    if (!hasWorkflows) return false;
    await ensureSystemTables(app.database);
  }
  const [instances] = await app.database.query(selectHasInstances(), limits);
  if (!hasWorkflows && !isTrue(instances)) return false;
  await ensureSchedules(app);
  await resumeStale(app);
  return true;
}
