/** Which apps have timers, and what they do when they fire. */
import { type CatalogView, createSlots, type Logger } from '@rocket/platform';
import type { AppName, Revision } from '@rocket/schema';
import type { TimerSource } from './timers/app-timers.ts';
import { dueTimer, msUntilDue, selectDue, selectNextDue } from './timers/timer-sql.ts';
import type { WorkerShards } from './worker-shards.ts';
import { fireTimer } from './workflows/fire-timer.ts';
import { ensureSchedules, fireSchedule } from './workflows/schedules.ts';
import type { WorkflowApp } from './workflows/workflow-app.ts';

export interface WorkflowTimersOptions {
  readonly shards: WorkerShards;
  readonly view: Pick<CatalogView, 'current'>;
  readonly logger: Logger;
}

export interface WorkflowTimers {
  /** Apps whose documents have workflows; of them, those that have another document or place than when they were opened. */
  apps(which: 'all' | 'changed'): Promise<readonly AppName[]>;
  source(app: AppName): TimerSource;
}

/** Documents that are read at once when a worker starts. */
const MAX_READ_AT_ONCE = 4;

export function createWorkflowTimers({ shards, view, logger }: WorkflowTimersOptions): WorkflowTimers {
  const slots = createSlots(MAX_READ_AT_ONCE);
  /** Whose schedules are set as the document of this revision, at this epoch, has them. */
  const ensured = new Map<AppName, string>();

  async function open(app: AppName): Promise<WorkflowApp | null> {
    const placed = await shards.model(app);
    if (placed === null) return null;
    const { placement, revision } = placed;
    const opened = shards.open(placed);
    const version = versionOf(placement.epoch, revision);
    if (ensured.get(app) === version) return opened;
    await ensureSchedules(opened);
    ensured.set(app, version);
    return opened;
  }

  return {
    async apps(which) {
      const names = [...view.current.shardMap.placements.keys()];
      const read = names.map((app) =>
        slots.run(async () => {
          try {
            const placed = await shards.model(app);
            if (placed === null || placed.model.workflows.size === 0) return [];
            const version = versionOf(placed.placement.epoch, placed.revision);
            return which === 'all' || ensured.get(app) !== version ? [app] : [];
          } catch (err) {
            // Its timers are asked for again with the next change of the catalog.
            logger.warn({ err, app }, 'the workflows of the app cannot be read at the moment');
            return [];
          }
        }),
      );
      return (await Promise.all(read)).flat();
    },
    source: (app) => ({
      due: async (limit) => {
        const opened = await open(app);
        return opened === null ? [] : (await opened.database.query(selectDue(limit))).map(dueTimer);
      },
      msUntilNext: async () => {
        const opened = await open(app);
        const [row] = opened === null ? [] : await opened.database.query(selectNextDue());
        return row === undefined ? null : msUntilDue(row);
      },
      fire: async (timer) => {
        const opened = await open(app);
        if (opened === null) return false;
        return timer.kind === 'schedule' ? await fireSchedule(opened, timer) : await fireTimer(opened, timer);
      },
    }),
  };
}

function versionOf(epoch: number, revision: Revision): string {
  return `${epoch}@${revision}`;
}
