/** How the product talks to a Postgres database. */

/** SQL with its bound values. Named functions make it, and values are never part of the text. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /**
   * The text will be used again, so it is worth a prepared statement where the connection to the server allows them.
   */
  readonly prepare?: boolean;
  /**
   * The statement only reads, and so little that it may wait for a few others like it: short reads that come together
   * are sent together, which halves the cost of each. One that fails does not affect the others.
   */
  readonly isShortRead?: boolean;
}

/** Facts about the request that a statement is run for. */
export interface QueryOptions {
  /**
   * Unix time in ms. A statement that still runs then is cancelled, on the server too, and rejects with
   * `DEADLINE_EXCEEDED`.
   */
  readonly deadlineAtMs?: number;
  /**
   * Aborts when nobody waits for the result any more: a statement outside a transaction is then cancelled on the
   * server, and rejects with the signal's reason. For reads only; transactions ignore it.
   */
  readonly signal?: AbortSignal | undefined;
  /** Says in the slow query log what the statement was for: the operation's name. Never a value. */
  readonly label?: string;
}

/**
 * A row as an array in the order of the select list. Values by column type: integer and double -> number;
 * bigint, numeric, uuid, text -> string; boolean -> boolean; timestamptz -> ISO 8601 UTC string with milliseconds;
 * date -> `YYYY-MM-DD` string; json and jsonb -> parsed value; arrays of these -> JavaScript arrays.
 */
export type Row = readonly unknown[];

export interface Queryable {
  /**
   * @throws RocketError `POOL_EXHAUSTED` when no connection came free in time, `DEADLINE_EXCEEDED`; database errors
   *   pass through.
   */
  query(statement: Statement, options?: QueryOptions): Promise<readonly Row[]>;
}

/** A transaction in progress, on one connection. */
export interface Transaction extends Queryable {
  /**
   * Runs the last statement of the transaction and commits, in one message to the server. Nothing can be run after it.
   * Unlike other statements it is not given up at the deadline: nobody could know then whether it was committed.
   */
  commitWith(statement: Statement, options?: QueryOptions): Promise<readonly Row[]>;
}

export interface TransactionOptions extends QueryOptions {
  /** The server cancels a statement that runs longer (57014). */
  readonly statementTimeoutMs?: number;
  /** Read committed when absent. */
  readonly isolation?: 'repeatable read' | 'serializable';
}

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back when it rejects and passes the rejection on.
   * Serialization failures and deadlocks (40001, 40P01) are retried with jitter, at most 5 times, so `work` must be
   * repeatable. Never ask the database itself for a connection inside `work`: use the transaction. At the deadline the
   * transaction is rolled back, and rejects with `DEADLINE_EXCEEDED`; a commit that has begun is waited for.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Waits for running statements, then closes the connections. */
  close(): Promise<void>;
}
