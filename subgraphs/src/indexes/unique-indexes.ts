/** Indexes on tables with rows that a revision cannot be served without: they are built before it is activated. */
import { randomUUID } from 'node:crypto';
import type { Database } from '@rocket/platform';
import { type AppModel, RocketError } from '@rocket/schema';
import { isActivated } from '../activation/meta.ts';
import { dataReason, destructive } from '../tables/apply-plan.ts';
import { inspectTables } from '../tables/inspect-tables.ts';
import { planTables } from '../tables/plan-tables.ts';
import { dropIndexBeside } from '../tables/table-sql.ts';
import { type BuildContext, buildIndexes, type FailedBuild, LeaseLost } from './build-indexes.ts';
import { claimIndexLease, type IndexLease } from './index-lease.ts';
import { urgentIndexChanges } from './plan-index-builds.ts';
import { describeCreate } from './plan-index-steps.ts';
import type { IndexChanges } from './plan-indexes.ts';

const CLAIM_WAIT_MS = 60_000;

type OnProblem = (error: unknown) => void;

export interface UrgentIndexes {
  /** Descriptions of what was done. */
  readonly changes: readonly string[];
  /** Releases the lease; until then nobody else changes the indexes. */
  release(): Promise<void>;
  /** Drops what was built, for a revision that is refused after all, and releases the lease. Never rejects. */
  undo(onProblem: OnProblem): Promise<void>;
}

const NOTHING: UrgentIndexes = { changes: [], release: async () => undefined, undo: async () => undefined };

/**
 * Nothing is done for a revision that the tables refuse anyway.
 * @throws RocketError `DESTRUCTIVE_CHANGE` when the rows do not allow an index; `DEADLINE_EXCEEDED` while another
 *   process builds indexes of this app
 */
export async function buildUrgentIndexes(
  database: Database,
  model: AppModel,
  onProblem: OnProblem,
): Promise<UrgentIndexes> {
  if (!(await isActivated(database))) return NOTHING;
  if ((await urgent(database, model)).length === 0) return NOTHING;
  const lease = await claimIndexLease(database, randomUUID(), CLAIM_WAIT_MS);
  if (lease === null) throw beingBuilt();
  try {
    // The former holder of the lease may have built them.
    return await build(await urgent(database, model), { database, lease, onProblem });
  } catch (error) {
    await lease.release();
    throw error;
  }
}

async function urgent(database: Database, model: AppModel): Promise<IndexChanges[]> {
  const existing = await database.transaction(inspectTables);
  return planTables(model, existing).destructive.length > 0 ? [] : urgentIndexChanges(model, existing);
}

async function build(
  tables: readonly IndexChanges[],
  { database, lease, onProblem }: { database: Database; lease: IndexLease; onProblem: OnProblem },
): Promise<UrgentIndexes> {
  const changes: string[] = [];
  const context: BuildContext = { database, lease, onChange: (change) => changes.push(change) };
  const built = tables.flatMap(({ missing }) => missing.map(({ name }) => name));
  const undo: UrgentIndexes['undo'] = async (onProblem) => {
    try {
      for (const name of built) await database.query(dropIndexBeside(name));
    } catch (error) {
      // No revision needs them, so they are dropped when the app is next opened or activated.
      onProblem(error);
    }
    await lease.release();
  };
  try {
    for (const table of tables) {
      const failed = await buildIndexes(table, context);
      if (failed.length > 0) throw refusal(failed);
    }
  } catch (error) {
    if (error instanceof LeaseLost) throw beingBuilt(error);
    await undo(onProblem);
    throw error;
  }
  return { changes, release: () => lease.release(), undo };
}

/** An error with each place where the rows do not allow an index; for other failures the failure itself. */
function refusal(failed: readonly FailedBuild[]): unknown {
  const changes: { place: string; message: string }[] = [];
  for (const { index, cause } of failed) {
    const reason = dataReason(cause);
    if (reason === null) return cause;
    changes.push({ place: index.place, message: `cannot ${describeCreate(index)}: ${reason}` });
  }
  return destructive(changes, failed[0]?.cause);
}

function beingBuilt(cause?: unknown): RocketError {
  const message = 'Indexes of this app are being built; try again later';
  return new RocketError('DEADLINE_EXCEEDED', message, { cause });
}
