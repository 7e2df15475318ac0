/** Makes and drops indexes beside the work on their tables, one statement after the other. */
import {
  cleanUpAfter,
  type Database,
  isConnectionError,
  isPostgresError,
  POSTGRES_CODES,
  type Statement,
} from '@rocket/platform';
import { createIndexBeside, dropIndexBeside } from '../tables/table-sql.ts';
import type { DesiredIndex } from './desired-indexes.ts';
import type { IndexLease } from './index-lease.ts';
import { describeCreate, describeDrop } from './plan-index-steps.ts';
import type { IndexChanges } from './plan-indexes.ts';

const MAX_ATTEMPTS = 3;

/** An index that could not be built. What was left of it is dropped. */
export interface FailedBuild {
  readonly index: DesiredIndex;
  readonly cause: unknown;
}

export interface BuildContext {
  readonly database: Database;
  readonly lease: IndexLease;
  /** Hears of each change that is made, in words. */
  readonly onChange: (description: string) => void;
}

/** The lease was lost: another process goes on. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Broken indexes go, missing ones come, and then the surplus goes: so there is always one that serves. Where one could
 * not be built, the surplus of its table stays, since it may be what serves instead.
 * @throws LeaseLost; and what a drop was refused with
 */
export async function buildIndexes(changes: IndexChanges, context: BuildContext): Promise<FailedBuild[]> {
  for (const name of changes.broken) await drop(name, context);
  const failed: FailedBuild[] = [];
  for (const index of changes.missing) {
    const cause = await create(changes.table, index, context);
    if (cause !== null) failed.push({ index, cause: cause.error });
  }
  if (failed.length > 0) return failed;
  for (const { name } of changes.surplus) await drop(name, context);
  return failed;
}

async function create(
  table: string,
  index: DesiredIndex,
  context: BuildContext,
): Promise<{ readonly error: unknown } | null> {
  for (let attempt = 1; ; attempt += 1) {
    await keepLease(context);
    try {
      await context.database.query(createIndexBeside(table, index));
      context.onChange(describeCreate(index));
      return null;
    } catch (error) {
      await dropBroken(index.name, error, context);
      if (!isDeadlock(error) || attempt === MAX_ATTEMPTS) return { error };
    }
  }
}

/** What the server could not finish stays behind: not used for reading, but kept up to date by every write. */
async function dropBroken(name: string, reason: unknown, { database }: BuildContext): Promise<void> {
  // The server may be building still, after it lost us. What comes of it is looked at when the app is next opened.
  if (isConnectionError(reason)) return;
  // Where that fails too, it is dropped as broken the next time.
  await cleanUpAfter(reason, async () => {
    const [broken] = await database.query(selectBroken(name));
    if (broken !== undefined) await database.query(dropIndexBeside(name));
  });
}

function selectBroken(name: string): Statement {
  return {
    text: `SELECT 1 FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
           WHERE i.relnamespace = 'public'::regnamespace AND i.relname = $1 AND NOT x.indisvalid`,
    values: [name],
  };
}

/** A build waits for transactions, and one of them may wait for the build. */
function isDeadlock(error: unknown): boolean {
  return isPostgresError(error) && error.code === POSTGRES_CODES.deadlockDetected;
}

async function drop(name: string, context: BuildContext): Promise<void> {
  await keepLease(context);
  await context.database.query(dropIndexBeside(name));
  context.onChange(describeDrop(name));
}

async function keepLease({ lease }: BuildContext): Promise<void> {
  if (!(await lease.renew())) throw new LeaseLost('Another process builds the indexes of this app');
}
