/** What is stored of workflows, for tests. */
import type { Database } from '@rocket/platform';
import { z } from 'zod';
import { until } from '../../../tests/harness/until.ts';

export interface StoredInstance {
  readonly id: string;
  readonly workflow: string;
  readonly status: string;
  readonly step: string | null;
  readonly context: Record<string, unknown>;
  readonly error: string | null;
  /** Statuses of the history, with their steps. */
  readonly history: readonly string[];
}

const instance = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string().nullable(),
  z.record(z.string(), z.unknown()),
  z.string().nullable(),
  z.array(z.string()),
]);

export function workflowRows(database: Pick<Database, 'query'>) {
  const rows = (text: string, values: readonly unknown[] = []) => database.query({ text, values });

  async function instances(): Promise<StoredInstance[]> {
    const found = await rows(
      `SELECT i.id, i.workflow, i.status, i.step, i.context, i.error, coalesce((SELECT
         array_agg(h.step || ' ' || h.status ORDER BY h.id) FROM _workflow_history h WHERE h.instance_id = i.id), '{}')
       FROM _workflow_instances i ORDER BY i.started_at, i.id`,
    );
    return found.map((row) => {
      const [id, workflow, status, step, context, error, history] = instance.parse(row);
      return { id, workflow, status, step, context, error, history };
    });
  }

  return {
    rows,
    instances,
    isAnyRunning: async () =>
      (await rows("SELECT 1 FROM _workflow_instances WHERE status = 'running' LIMIT 1")).length > 0,
    endTimers: () =>
      rows('UPDATE _timers SET due_at = clock_timestamp() WHERE NOT held AND due_at > clock_timestamp()'),
    /** Waits until an instance is as it is expected. */
    until: async (isMeant: (instance: StoredInstance) => boolean): Promise<StoredInstance> => {
      let found: StoredInstance | undefined;
      await until(async () => {
        found = (await instances()).find(isMeant);
        return found !== undefined;
      });
      if (found === undefined) throw new Error('There is no such instance');
      return found;
    },
    approvals: async () => {
      const found = await rows('SELECT id, step, status FROM _workflow_approvals ORDER BY created_at, id');
      return found.map(([id, step, status]) => ({ id: String(id), step, status }));
    },
  };
}
