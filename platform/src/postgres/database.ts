import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import { createConnectionPool, type PoolStatus } from './connection-pool.ts';
import { isRetryableConflict } from './errors.ts';
import { runStatement } from './run-statement.ts';
import { runTransaction, type TransactionOptions } from './transaction.ts';
import type { Database, Transaction } from './types.ts';

const DEFAULT_MAX_CONNECTIONS = 50;
const DEFAULT_ACQUIRE_TIMEOUT_MS = 5_000;
const DEFAULT_IDLE_TIMEOUT_MS = 10_000;
/** Waiting callers per connection; at 5 ms a statement these are served in 100 ms. */
const WAITING_PER_CONNECTION = 20;
const MAX_RETRIES = 5;
const RETRY_BASE_MS = 10;

export interface DatabaseOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Most connections; the pool starts with none and closes idle ones. */
  readonly max?: number;
  /** Callers that may wait; past it `POOL_EXHAUSTED` at once. */
  readonly maxWaiting?: number;
  readonly acquireTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /**
   * For every statement. Sent when connecting, so behind PgBouncer it needs `ignore_startup_parameters`; there use
   * the timeout of {@link TransactionOptions}.
   */
  readonly statementTimeoutMs?: number;
  /** Shared cap on the connections of the process. */
  readonly budget?: ConnectionBudget;
  /** Called before each statement except BEGIN, COMMIT and ROLLBACK. */
  readonly onStatement?: (text: string) => void;
}

/** A {@link Database} over a pool of connections. */
export interface PooledDatabase extends Database {
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  status(): PoolStatus;
}

/** Opens nothing yet: the first query connects. */
export function createDatabase(options: DatabaseOptions): PooledDatabase {
  const { logger, onStatement = ignoreStatement } = options;
  const max = options.max ?? DEFAULT_MAX_CONNECTIONS;
  const pool = createConnectionPool({
    url: options.url,
    applicationName: options.applicationName ?? 'rocket',
    max,
    maxWaiting: options.maxWaiting ?? max * WAITING_PER_CONNECTION,
    acquireTimeoutMs: options.acquireTimeoutMs ?? DEFAULT_ACQUIRE_TIMEOUT_MS,
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    statementTimeoutMs: options.statementTimeoutMs ?? null,
    budget: options.budget ?? null,
    onConnectionLost: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
  });
  return {
    query: (statement) =>
      pool.use((client) => {
        onStatement(statement.text);
        return runStatement(client, statement);
      }),
    transaction: (work, transactionOptions) =>
      retryingConflicts(() =>
        pool.use((client) => runTransaction(client, work, { ...transactionOptions, onStatement })),
      ),
    status: () => pool.status(),
    close: () => pool.close(),
  };
}

function ignoreStatement(): void {
  // Nobody counts statements of this database.
}

async function retryingConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (retries >= MAX_RETRIES || !isRetryableConflict(error)) throw error;
    }
    // Full jitter: those who collided must not meet again. No connection is held meanwhile.
    await sleep(Math.random() * RETRY_BASE_MS * 2 ** retries);
  }
}
