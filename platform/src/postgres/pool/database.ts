import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import type { Logger } from '../../telemetry/logger.ts';
import { isRetryableConflict } from '../errors.ts';
import type { Database, Row, Transaction, TransactionOptions } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import { isStalePlan } from '../wire/statement-query.ts';
import type { ConnectionBudget } from './connection-budget.ts';
import { ConnectionPool } from './connection-pool.ts';
import type { ConnectionPoolOptions, PoolStatus } from './pool-types.ts';
import { ShortReads } from './short-reads.ts';
import {
  createBatchRunner,
  createStatementRunner,
  type PendingStatement,
  pendingStatement,
  type RunnerOptions,
  type RunStatement,
  type SlowQuery,
} from './statement-runner.ts';
import { runTransaction } from './transaction.ts';

const DEFAULT_MAX_CONNECTIONS = 50;
const DEFAULT_ACQUIRE_TIMEOUT_MS = 5_000;
const DEFAULT_IDLE_TIMEOUT_MS = 10_000;
const DEFAULT_MAX_PREPARED = 200;
const DEFAULT_SLOW_QUERY_MS = 100;
/** Most waiting callers per connection; at 5 ms per statement they are served within half a second. */
const WAITING_PER_CONNECTION = 100;
const MAX_RETRIES = 5;
const RETRY_BASE_MS = 10;

/** Observes one pool, for metrics. */
export interface PoolObserver {
  /** Called once, when the database is made. @param status can be asked at any time until `closed` */
  opened(status: () => PoolStatus): void;
  /** A caller got a connection after `waitedMs`; 0 when one was free. */
  acquired(waitedMs: number): void;
  /** A caller got no connection: the queue was full, they had waited too long, or the server could not be reached. */
  refused(): void;
  closed(): void;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly logger: Logger;
  /** Name shown in `pg_stat_activity`. */
  readonly applicationName?: string;
  /** Most connections; the pool starts with none, grows with its queue and closes idle ones. */
  readonly max?: number;
  /** Most callers that may wait; further ones get `POOL_EXHAUSTED` at once. 100 for each connection by default. */
  readonly maxWaiting?: number;
  readonly acquireTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  /** The server's own limit for each statement, beside the deadlines. Not used behind PgBouncer, which refuses it. */
  readonly statementTimeoutMs?: number;
  /** Prepared statements kept by each connection, 200 by default. 0 turns them off. */
  readonly maxPrepared?: number;
  /** The URL leads to PgBouncer in transaction mode, so no settings are made on connections. */
  readonly pgbouncer?: boolean;
  /** Shared cap on the connections of the process. */
  readonly budget?: ConnectionBudget;
  /** Called before each statement except BEGIN, COMMIT and ROLLBACK. */
  readonly onStatement?: (text: string) => void;
  /** Statements that take at least this long are reported to `onSlowQuery`; 100 by default, 0 turns it off. */
  readonly slowQueryMs?: number;
  readonly onSlowQuery?: (query: SlowQuery) => void;
  readonly observer?: PoolObserver;
}

/** A {@link Database} over a pool of connections. */
export interface PooledDatabase extends Database {
  status(): PoolStatus;
}

/** Opens no connection yet: the first query does. */
export function createDatabase(options: DatabaseOptions): PooledDatabase {
  const { onSlowQuery, observer } = options;
  const pool = new ConnectionPool(poolOptions(options));
  const report: RunnerOptions = {
    onStatement: options.onStatement ?? ignore,
    slowQueryMs: onSlowQuery === undefined ? 0 : (options.slowQueryMs ?? DEFAULT_SLOW_QUERY_MS),
    onSlowQuery: onSlowQuery ?? ignore,
  };
  const run = createStatementRunner(report);
  const alone = (statement: PendingStatement) => runPooled(pool, run, statement);
  const shortReads = new ShortReads({ pool, runAlone: alone, runBatch: createBatchRunner(report) });
  observer?.opened(() => pool.status());
  return {
    query(statement, queryOptions) {
      try {
        const pending = pendingStatement(statement, queryOptions);
        return pending.isShortRead ? shortReads.run(pending) : alone(pending);
      } catch (error) {
        return Promise.reject(error);
      }
    },
    transaction: (work, transactionOptions) =>
      retryingConflicts(() => transact(pool, run, { work, options: transactionOptions })),
    status: () => pool.status(),
    close: async () => {
      await pool.close();
      observer?.closed();
    },
  };
}

function poolOptions(options: DatabaseOptions): ConnectionPoolOptions {
  const { logger, observer } = options;
  const max = options.max ?? DEFAULT_MAX_CONNECTIONS;
  const acquireTimeoutMs = options.acquireTimeoutMs ?? DEFAULT_ACQUIRE_TIMEOUT_MS;
  const pgbouncer = options.pgbouncer ?? false;
  return {
    url: options.url,
    applicationName: options.applicationName ?? 'rocket',
    max,
    maxWaiting: options.maxWaiting ?? max * WAITING_PER_CONNECTION,
    acquireTimeoutMs,
    connectTimeoutMs: acquireTimeoutMs,
    idleTimeoutMs: options.idleTimeoutMs ?? DEFAULT_IDLE_TIMEOUT_MS,
    statementTimeoutMs: pgbouncer ? null : (options.statementTimeoutMs ?? null),
    maxPrepared: options.maxPrepared ?? (pgbouncer ? 0 : DEFAULT_MAX_PREPARED),
    budget: options.budget ?? null,
    onConnectionLost: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
    onAcquired: observer === undefined ? ignore : (waitedMs) => observer.acquired(waitedMs),
    onRefused: observer === undefined ? ignore : () => observer.refused(),
  };
}

function ignore(): void {
  // No observer is set.
}

function runPooled(
  pool: ConnectionPool,
  run: RunStatement,
  statement: PendingStatement,
): Promise<readonly Row[]> {
  return new Promise((resolve, reject) => {
    const { deadlineAtMs, signal } = statement;
    signal?.throwIfAborted();
    if (deadlineAtMs !== Number.POSITIVE_INFINITY && Date.now() >= deadlineAtMs) {
      throw new RocketError('DEADLINE_EXCEEDED');
    }
    pool.lend({
      deadlineAtMs,
      refuse: reject,
      give: (connection) => {
        if (signal?.aborted === true) {
          pool.release(connection);
          reject(signal.reason);
          return;
        }
        pool.watch(deadlineAtMs);
        const giveUp = (): void => void pool.giveUp(connection, signal?.reason);
        signal?.addEventListener('abort', giveUp);
        run(connection, statement, (error, rows) => {
          signal?.removeEventListener('abort', giveUp);
          // Released first, so that the next caller can use the connection before the rows are handled.
          pool.release(connection);
          if (rows !== null) resolve(rows);
          else if (statement.prepare && isStalePlan(error)) {
            resolve(runPooled(pool, run, { ...statement, prepare: false }));
          } else reject(error);
        });
      },
    });
  });
}

async function transact<T>(
  pool: ConnectionPool,
  run: RunStatement,
  job: { work: (transaction: Transaction) => Promise<T>; options: TransactionOptions | undefined },
): Promise<T> {
  const deadlineAtMs = job.options?.deadlineAtMs ?? Number.POSITIVE_INFINITY;
  if (Date.now() >= deadlineAtMs) throw new RocketError('DEADLINE_EXCEEDED');
  const connection = await new Promise<Connection>((give, refuse) => {
    pool.lend({ deadlineAtMs, give, refuse });
  });
  try {
    const watch = (atMs: number): void => pool.watch(atMs);
    return await runTransaction(connection, job.work, { ...job.options, run, watch });
  } finally {
    pool.release(connection);
  }
}

async function retryingConflicts<T>(attempt: () => Promise<T>): Promise<T> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (retries >= MAX_RETRIES || !(isRetryableConflict(error) || isStalePlan(error))) throw error;
    }
    // Full jitter, so that colliding transactions do not collide again. No connection is held meanwhile.
    await sleep(Math.random() * RETRY_BASE_MS * 2 ** retries);
  }
}
