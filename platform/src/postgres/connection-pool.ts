/**
 * pg.Pool with what it lacks: a bounded queue, a cap shared by all databases of the process, and no way for a
 * connection that breaks to bring the process down.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import pg from 'pg';
import type { BudgetMember, ConnectionBudget } from './connection-budget.ts';
import { isPostgresError } from './errors.ts';
import { createPermits } from './permits.ts';

export interface ConnectionPoolOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly max: number;
  /** Callers that may wait for a connection; the next one is refused at once. */
  readonly maxWaiting: number;
  readonly acquireTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly statementTimeoutMs: number | null;
  readonly budget: ConnectionBudget | null;
  /** Hears of idle connections that broke. */
  readonly onConnectionLost: (error: unknown) => void;
}

/** What a pool is doing now, for metrics. */
export interface PoolStatus {
  readonly open: number;
  readonly inUse: number;
  readonly waiting: number;
}

export interface ConnectionPool {
  /** Lends a connection to `work`. One that broke meanwhile is destroyed instead of being put back. */
  use<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T>;
  status(): PoolStatus;
  close(): Promise<void>;
}

export function createConnectionPool(options: ConnectionPoolOptions): ConnectionPool {
  const pool = newPgPool(options);
  const permits = createPermits({
    max: options.max,
    maxWaiting: options.maxWaiting,
    what: 'database connection of this app',
  });
  const member = budgetMember(pool);
  options.budget?.join(member);
  const uses = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  async function useConnection<T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
    const deadlineAtMs = Date.now() + options.acquireTimeoutMs;
    const { budget } = options;
    await permits.acquire(deadlineAtMs);
    try {
      return await withinBudget(budget, deadlineAtMs, async () =>
        lend(await checkOut({ pool, budget, member, deadlineAtMs }), work),
      );
    } finally {
      permits.release();
    }
  }

  async function closeOnce(): Promise<void> {
    // pg.Pool would refuse those who wait for a connection; they were accepted and are served.
    await Promise.allSettled(uses);
    // Its connections say goodbye after this has resolved; a server that stops meanwhile is no loss to report.
    pool.off('error', options.onConnectionLost).on('error', ignoreError);
    await pool.end();
    options.budget?.leave(member);
  }

  return {
    async use(work) {
      if (closing !== undefined) throw new RocketError('NOT_READY', 'The database is being closed');
      const use = useConnection(work);
      uses.add(use);
      try {
        return await use;
      } finally {
        uses.delete(use);
      }
    },
    status: () => ({ open: pool.totalCount, inUse: permits.taken, waiting: permits.waiting }),
    close() {
      closing ??= closeOnce();
      return closing;
    },
  };
}

async function withinBudget<T>(
  budget: ConnectionBudget | null,
  deadlineAtMs: number,
  work: () => Promise<T>,
): Promise<T> {
  if (budget === null) return await work();
  await budget.permits.acquire(deadlineAtMs);
  try {
    return await work();
  } finally {
    budget.permits.release();
  }
}

function newPgPool(options: ConnectionPoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.max,
    min: 0,
    connectionTimeoutMillis: options.acquireTimeoutMs,
    idleTimeoutMillis: options.idleTimeoutMs,
    keepAlive: true,
    ...(options.statementTimeoutMs === null ? {} : { statement_timeout: options.statementTimeoutMs }),
  });
  // Without a listener the loss of an idle connection would be an uncaught exception.
  pool.on('error', options.onConnectionLost);
  return pool;
}

/** Idle connections that no waiting caller is about to get. */
function spareConnections(pool: pg.Pool): number {
  return pool.idleCount - pool.waitingCount;
}

function budgetMember(pool: pg.Pool): BudgetMember {
  return {
    openConnections: () => pool.totalCount,
    async closeIdleConnection() {
      if (pool.ending || spareConnections(pool) <= 0) return false;
      // pg.Pool has no call to close an idle connection: take it and give it back as broken.
      const client = await pool.connect();
      client.release(true);
      return true;
    },
  };
}

/** A connection that is idle, or a new one as soon as the process may open one more. */
async function checkOut(options: {
  pool: pg.Pool;
  budget: ConnectionBudget | null;
  member: BudgetMember;
  deadlineAtMs: number;
}): Promise<pg.PoolClient> {
  const { pool, budget, member, deadlineAtMs } = options;
  while (budget !== null && spareConnections(pool) <= 0 && !budget.hasRoom()) {
    if (Date.now() > deadlineAtMs) throw new RocketError('POOL_EXHAUSTED');
    await budget.makeRoom(member);
    // The connections in the way may all be on their way out; let their sockets' events happen.
    await nextTurn();
  }
  // Nothing is awaited between the check above and `connect`, which counts the new connection at once.
  return await pool.connect().catch((error: unknown) => {
    throw acquireError(error);
  });
}

async function lend<T>(client: pg.PoolClient, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  let broken = false;
  // pg.Pool listens on idle connections only; one that breaks while lent would be an uncaught exception.
  const onError = (): void => {
    broken = true;
  };
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    broken ||= breaksConnection(error);
    throw error;
  } finally {
    client.off('error', onError);
    client.release(broken || client.getTransactionStatus() !== 'I');
  }
}

/** An error the server gave for a statement leaves the connection usable; a FATAL one ends it. */
function breaksConnection(error: unknown): boolean {
  return isPostgresError(error) && error.severity !== 'ERROR';
}

function acquireError(error: unknown): unknown {
  const queueTimedOut = error instanceof Error && error.message === 'timeout exceeded when trying to connect';
  return queueTimedOut ? new RocketError('POOL_EXHAUSTED', undefined, { cause: error }) : error;
}

function ignoreError(): void {
  // The pool is closed: nobody waits for its connections any more.
}
