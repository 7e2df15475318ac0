/**
 * Instances that are to take a step, and of which nobody seems to know: the event that says so was lost with the stream, or
 * was not kept until a worker came.
 */
import { RocketError } from '@rocket/schema';
import { selectStale, staleInstance } from '../sql/instance-sql.ts';
import type { WorkflowApp } from '../workflow-app.ts';
import { changeInstance, QUERY_MS } from './change-instance.ts';
import { instanceStatus } from './open-instance.ts';
import { storeInstance } from './store-instance.ts';

/** Longer than a step takes, and than an event that is given back stays away. */
const STALE_AFTER_MS = 120_000;
const MAX_RESUMED = 1_000;

/** Tells of them once more. */
export async function resumeStale(app: WorkflowApp): Promise<void> {
  const limits = { deadlineAtMs: Date.now() + QUERY_MS };
  const rows = await app.database.query(selectStale(STALE_AFTER_MS, MAX_RESUMED), limits);
  for (const stale of rows.map(staleInstance)) {
    try {
      await changeInstance(app, { ...stale, lock: 'skip' }, async (instance) => {
        if (instanceStatus(instance) === 'running') await storeInstance(instance);
      });
    } catch (error) {
      // Somebody has it after all.
      if (!(error instanceof RocketError && error.code === 'NOT_READY')) throw error;
    }
  }
}
