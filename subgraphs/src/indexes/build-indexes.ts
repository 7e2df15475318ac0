/** Builds and drops indexes while their tables are in use, one statement after the other. */
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

/** An index that could not be built. Its remains are dropped. */
export interface FailedBuild {
  readonly index: DesiredIndex;
  readonly cause: unknown;
}

export interface BuildContext {
  readonly database: Database;
  readonly lease: IndexLease;
  /** Called with a description of each change that is made. */
  readonly onChange: (description: string) => void;
}

/** The lease was lost, so another process continues the work. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * Drops broken indexes, builds missing ones, and only then drops surplus ones, so that there is always one that serves.
 * If an index could not be built, the surplus ones of its table stay, because one of them may serve instead.
 * @throws LeaseLost; the error of a drop that failed
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

/** An index that the server could not finish remains: reads do not use it, but every write updates it. */
async function dropBroken(name: string, reason: unknown, { database }: BuildContext): Promise<void> {
  // The server may still be building after the connection was lost. The result is checked when the app is next opened.
  if (isConnectionError(reason)) return;
  // If that fails too, the index is dropped as broken the next time.
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

/** A build waits for transactions, and one of those may wait for the build. */
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
