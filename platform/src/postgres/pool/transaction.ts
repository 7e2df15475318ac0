import { RocketError } from '@rocket/schema';
import { cleanUpAfter } from '../../lifecycle/clean-up.ts';
import type { QueryOptions, Row, Statement, Transaction, TransactionOptions } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import { pendingStatement, type RunStatement } from './statement-runner.ts';

export interface TransactionSettings extends TransactionOptions {
  readonly run: RunStatement;
  /** Makes sure that statements with this deadline are given up at it. */
  readonly watch: (deadlineAtMs: number) => void;
}

/** Runs `work` between BEGIN and COMMIT on a connection that the caller holds. */
export async function runTransaction<T>(
  connection: Connection,
  work: (transaction: Transaction) => Promise<T>,
  settings: TransactionSettings,
): Promise<T> {
  let open = true;
  const transaction: Transaction = {
    async query(statement, options) {
      // A query that was not awaited would otherwise run on a connection that someone else has by now.
      if (!open) throw new RocketError('INTERNAL_ERROR', 'The transaction is already over');
      return await runWithin(connection, settings, { statement, options });
    },
  };
  await connection.command(begin(settings));
  try {
    const result = await work(transaction);
    open = false;
    refuseAfter(settings.deadlineAtMs);
    await commit(connection);
    return result;
  } catch (error) {
    open = false;
    // An expired connection is closed, which rolls back. If ROLLBACK fails, the connection is lost: the server rolls
    // back by itself.
    if (!connection.isExpired) await cleanUpAfter(error, () => connection.command('ROLLBACK'));
    throw error;
  }
}

function runWithin(
  connection: Connection,
  settings: TransactionSettings,
  query: { statement: Statement; options: QueryOptions | undefined },
): Promise<readonly Row[]> {
  const deadlineAtMs = Math.min(
    settings.deadlineAtMs ?? Number.POSITIVE_INFINITY,
    query.options?.deadlineAtMs ?? Number.POSITIVE_INFINITY,
  );
  if (connection.isExpired) throw new RocketError('DEADLINE_EXCEEDED');
  refuseAfter(deadlineAtMs);
  const label = query.options?.label ?? settings.label;
  const pending = pendingStatement(query.statement, {
    deadlineAtMs,
    ...(label === undefined ? {} : { label }),
  });
  return new Promise((resolve, reject) => {
    settings.watch(deadlineAtMs);
    settings.run(connection, pending, (error, rows) => (rows === null ? reject(error) : resolve(rows)));
  });
}

function refuseAfter(deadlineAtMs: number | undefined): void {
  if (deadlineAtMs !== undefined && Date.now() >= deadlineAtMs) throw new RocketError('DEADLINE_EXCEEDED');
}

/**
 * The server's timeout is set in the same message: it is local to the transaction, so it cannot affect the next user of
 * the connection, and costs no round trip. It is later than the cancel request, for the case that this process has
 * ended by then.
 */
function begin(options: TransactionOptions): string {
  const isolation =
    options.isolation === undefined ? '' : ` ISOLATION LEVEL ${options.isolation.toUpperCase()}`;
  const timeoutMs = serverTimeoutMs(options);
  return timeoutMs === null
    ? `BEGIN${isolation}`
    : `BEGIN${isolation}; SET LOCAL statement_timeout = ${timeoutMs}`;
}

/**
 * The server's timeout is this much later than the deadline, so that the cancel request, whose error is clearer, comes
 * first.
 */
const BEHIND_DEADLINE_MS = 1_000;

function serverTimeoutMs(options: TransactionOptions): number | null {
  const { statementTimeoutMs, deadlineAtMs } = options;
  const untilDeadlineMs =
    deadlineAtMs === undefined ? Number.POSITIVE_INFINITY : deadlineAtMs - Date.now() + BEHIND_DEADLINE_MS;
  const timeoutMs = Math.min(statementTimeoutMs ?? Number.POSITIVE_INFINITY, untilDeadlineMs);
  return Number.isFinite(timeoutMs) ? Math.max(1, Math.ceil(timeoutMs)) : null;
}

/** Not given up at the deadline: nobody could know then whether the transaction was committed. */
async function commit(connection: Connection): Promise<void> {
  // Postgres answers ROLLBACK, without an error, when a statement had failed and `work` continued anyway.
  if ((await connection.command('COMMIT')) !== 'COMMIT') {
    throw new RocketError('INTERNAL_ERROR', 'The transaction was aborted by an error that its work caught');
  }
}
