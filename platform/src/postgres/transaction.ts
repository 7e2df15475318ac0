import { RocketError } from '@rocket/schema';
import type { ClientBase } from 'pg';
import { runStatement } from './run-statement.ts';
import type { Statement, Transaction } from './types.ts';

export interface TransactionOptions {
  /** The server cancels a statement that runs longer (57014). */
  readonly statementTimeoutMs?: number;
  /** Read committed when absent. */
  readonly isolation?: 'repeatable read' | 'serializable';
}

/** Local to the transaction, so it cannot leak to the next user of the connection, also behind PgBouncer. */
function setStatementTimeout(timeoutMs: number): Statement {
  return { text: "SELECT set_config('statement_timeout', $1, true)", values: [String(timeoutMs)] };
}

/** Runs `work` between BEGIN and COMMIT on a connection that the caller holds. */
export async function runTransaction<T>(
  client: ClientBase,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions & { onStatement: (text: string) => void },
): Promise<T> {
  let open = true;
  const transaction: Transaction = {
    async query(statement) {
      // A query that was not awaited would otherwise run on a connection that someone else has by now.
      if (!open) throw new RocketError('INTERNAL_ERROR', 'The transaction is already over');
      options.onStatement(statement.text);
      return await runStatement(client, statement);
    },
  };
  await client.query(begin(options));
  try {
    if (options.statementTimeoutMs !== undefined) {
      await runStatement(client, setStatementTimeout(options.statementTimeoutMs));
    }
    const result = await work(transaction);
    open = false;
    await commit(client);
    return result;
  } catch (error) {
    open = false;
    await rollback(client, error);
    throw error;
  }
}

function begin(options: TransactionOptions): string {
  return options.isolation === undefined
    ? 'BEGIN'
    : `BEGIN ISOLATION LEVEL ${options.isolation.toUpperCase()}`;
}

async function commit(client: ClientBase): Promise<void> {
  const result = await client.query('COMMIT');
  // Postgres answers ROLLBACK, without an error, when a statement had failed and `work` went on regardless.
  if (result.command !== 'COMMIT') {
    throw new RocketError('INTERNAL_ERROR', 'The transaction was aborted by an error that its work caught');
  }
}

/** A rollback that fails means a lost connection: the server rolls back by itself, the first error tells more. */
async function rollback(client: ClientBase, cause: unknown): Promise<void> {
  try {
    await client.query('ROLLBACK');
  } catch (error) {
    if (cause instanceof Error && cause.cause === undefined && error !== cause) cause.cause = error;
  }
}
