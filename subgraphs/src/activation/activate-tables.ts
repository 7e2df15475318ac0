/** Makes an app's database fit a revision, completely or not at all. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Database, isPostgresError, type Statement, type Transaction } from '@rocket/platform';
import {
  type ActivationInput,
  type ActivationReport,
  type AppModel,
  type Epoch,
  encodeTouched,
  type Revision,
  RocketError,
  tableTag,
  touchedTables,
} from '@rocket/schema';
import { settleIndexes } from '../indexes/settle-indexes.ts';
import { buildUrgentIndexes } from '../indexes/unique-indexes.ts';
import type { AppOutbox, CommitEvents } from '../outbox/app-outbox.ts';
import { insertSampleRows } from '../sample-data/insert-sample-rows.ts';
import { applyPlan } from '../tables/apply-plan.ts';
import { desiredTables } from '../tables/desired-tables.ts';
import { inspectTables } from '../tables/inspect-tables.ts';
import { planTables } from '../tables/plan-tables.ts';
import { createSystemTables } from '../tables/system-tables.ts';
import { lockActivation } from './activation-lock.ts';
import { checkEnums, enumValues } from './check-enums.ts';
import { type ColumnDefaults, readEpoch, readRevision, writeMeta } from './meta.ts';
import { isAbandoned } from './settle-activation.ts';

/**
 * Longest wait for a table's lock. A waiting ALTER TABLE blocks every reader that comes after it, so it must not wait
 * for a slow transaction.
 */
const LOCK_TIMEOUT_MS = 2_000;
const MAX_ATTEMPTS = 5;
const RETRY_BASE_MS = 200;
const LOCK_NOT_AVAILABLE = '55P03';

/** Rows were inserted that have to be told, by a transaction that cannot. */
class RowsToTell extends Error {
  override readonly name = 'RowsToTell';
}

export interface ActivateTablesInput {
  readonly database: Database;
  /** For what is told of rows that are inserted into tables that are in use. */
  readonly outbox: Pick<AppOutbox, 'write'>;
  readonly model: AppModel;
  readonly revision: Revision;
  readonly epoch: Epoch;
  readonly sampleData: ActivationInput['sampleData'];
  /** How long to wait for indexes that are not needed for the revision to serve. */
  readonly indexWaitMs?: number;
  /** Called with the reason why an index could not be built; the report only states that it could not. */
  readonly onProblem?: (error: unknown) => void;
}

/**
 * Creates and alters the tables of `model`, inserts missing sample rows and notes the revision, in one transaction.
 * Indexes of tables with rows are built while the tables are in use: unique ones before the transaction, the others
 * after it. If the latter take long, they are still being built when this resolves, as the report then states.
 * @throws RocketError `DESTRUCTIVE_CHANGE`, `DOCUMENT_INVALID` for sample rows that do not fit, `WRONG_EPOCH` when the
 *   database has a newer epoch, `DEADLINE_EXCEEDED` when the tables stay locked, `EVENTS_BEHIND` when rows that were
 *   missing in tables in use cannot be told
 */
export async function activateTables(input: ActivateTablesInput): Promise<ActivationReport> {
  const { database, model, onProblem = ignoreProblem } = input;
  const urgent = await buildUrgentIndexes(database, model, onProblem);
  try {
    const report = await activateAndTell(input);
    await urgent.release();
    const indexes = await settleIndexes({ ...input, onProblem });
    return { ...report, changes: [...urgent.changes, ...report.changes, ...indexes] };
  } catch (error) {
    await urgent.undo(onProblem);
    throw error;
  }
}

/** Events need the stream, so that they are used only where there is something to tell: mostly there is not. */
async function activateAndTell(input: ActivateTablesInput): Promise<ActivationReport> {
  try {
    return await activateInTransaction(input, refuseToTell);
  } catch (error) {
    if (!(error instanceof RowsToTell)) throw error;
    return await input.outbox.write((commit) => activateInTransaction(input, commit));
  }
}

function refuseToTell(): Promise<never> {
  return Promise.reject(new RowsToTell('Rows were inserted that have to be told'));
}

async function activateInTransaction(
  input: ActivateTablesInput,
  commit: CommitEvents,
): Promise<ActivationReport> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await input.database.transaction((tx) => activate(tx, input, commit));
    } catch (cause) {
      if (!isLockTimeout(cause)) throw cause;
      if (attempt === MAX_ATTEMPTS) {
        const message = 'The tables are in use by transactions that do not end; try again later';
        throw new RocketError('DEADLINE_EXCEEDED', message, { cause });
      }
    }
    // Lets the transactions that queued behind the lock run before requesting it again.
    await sleep(RETRY_BASE_MS * 2 ** attempt * Math.random());
  }
}

async function activate(
  tx: Transaction,
  input: ActivateTablesInput,
  commit: CommitEvents,
): Promise<ActivationReport> {
  const { model, revision, epoch, sampleData } = input;
  await tx.query(setLocal('lock_timeout', `${LOCK_TIMEOUT_MS}ms`));
  // Times without a zone in defaults and sample rows are UTC, whatever zone the server is in.
  await tx.query(setLocal('timezone', 'UTC'));
  await tx.query(setLocal('client_min_messages', 'warning'));
  await tx.query(lockActivation());
  await createSystemTables(tx);
  if (await isAbandoned(tx, revision)) {
    throw new RocketError('CONFLICT', 'This import took too long, and was given up meanwhile');
  }
  const served = await readEpoch(tx);
  if (served !== null && served > epoch) {
    throw new RocketError('WRONG_EPOCH', `App ${model.app} is at epoch ${served}, not ${epoch}`);
  }
  const plan = planTables(model, await inspectTables(tx));
  await applyPlan(tx, plan);
  await checkEnums(tx, model);
  const former = await readRevision(tx);
  const inserted = await insertSampleRows(tx, model, sampleData);
  await writeMeta(tx, { revision, epoch, defaults: columnDefaults(model), enums: enumValues(model) });
  // Of an app that was never active nobody can have read anything.
  if (former !== null && inserted.size > 0) {
    const tags = [...inserted.keys()].map((name) => tableTag(model.app, name));
    await commit(tx, [encodeTouched(touchedTables(model.app, tags))]);
  }
  const rowsInserted = [...inserted.values()].reduce((sum, count) => sum + count, 0);
  return { changes: plan.steps.map(({ description }) => description), rowsInserted };
}

/** Local to the transaction, so that it does not affect the next user of the connection. */
function setLocal(setting: string, value: string): Statement {
  return { text: 'SELECT set_config($1, $2, true)', values: [setting, value] };
}

function columnDefaults(model: AppModel): ColumnDefaults {
  const defaults: Record<string, string> = Object.create(null);
  for (const table of desiredTables(model)) {
    for (const column of table.columns) {
      if (column.defaultSql !== null) defaults[`${table.name}.${column.name}`] = column.defaultSql;
    }
  }
  return defaults;
}

function ignoreProblem(): void {
  // No log is kept of this activation.
}

function isLockTimeout(error: unknown): boolean {
  return isPostgresError(error) && error.code === LOCK_NOT_AVAILABLE;
}
