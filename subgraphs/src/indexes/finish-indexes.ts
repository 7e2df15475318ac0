/**
 * Builds the indexes that a revision needs on tables with rows while it is served: without an index reads are slower,
 * not wrong.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '@rocket/platform';
import type { AppModel, Revision } from '@rocket/schema';
import { isActivated, readRevision } from '../activation/meta.ts';
import { dataReason } from '../tables/apply-plan.ts';
import { inspectTables } from '../tables/inspect-tables.ts';
import { buildIndexes, LeaseLost } from './build-indexes.ts';
import { claimIndexLease, type IndexLease } from './index-lease.ts';
import { remainingIndexChanges } from './plan-index-builds.ts';
import { describeCreate } from './plan-index-steps.ts';
import type { IndexChanges } from './plan-indexes.ts';

export interface FinishIndexesInput {
  readonly database: Database;
  readonly model: AppModel;
  /**
   * Nothing is done when the database is at another revision: the activation that brought it there builds its indexes.
   */
  readonly revision: Revision;
  /** Called with a description of each change that was made or could not be made. */
  readonly onChange: (description: string) => void;
  /** Called with the reason why an index could not be built. */
  readonly onProblem: (error: unknown) => void;
}

/**
 * Call it after an activation and when an app is opened, because a process that ended in between left work unfinished.
 * Waits while another process builds.
 */
export async function finishIndexes(input: FinishIndexesInput): Promise<void> {
  const { database } = input;
  while ((await remaining(input)).length > 0) {
    const lease = await claimIndexLease(database, randomUUID(), Number.POSITIVE_INFINITY);
    if (lease === null) return;
    try {
      await build(await remaining(input), input, lease);
      return;
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
    } finally {
      await lease.release();
    }
  }
}

/** How many indexes are still to be built. */
export async function countMissingIndexes(input: FinishIndexesInput): Promise<number> {
  return (await remaining(input)).reduce((sum, { missing }) => sum + missing.length, 0);
}

async function remaining({ database, model, revision }: FinishIndexesInput): Promise<IndexChanges[]> {
  return await database.transaction(async (tx) => {
    if (!(await isActivated(tx)) || (await readRevision(tx)) !== revision) return [];
    return remainingIndexChanges(model, await inspectTables(tx));
  });
}

async function build(
  tables: readonly IndexChanges[],
  { database, onChange, onProblem }: FinishIndexesInput,
  lease: IndexLease,
): Promise<void> {
  for (const table of tables) {
    for (const { index, cause } of await buildIndexes(table, { database, lease, onChange })) {
      const reason = dataReason(cause) ?? 'the database refused it';
      onChange(`could not ${describeCreate(index)} for ${index.place}: ${reason}`);
      onProblem(cause);
    }
  }
}
