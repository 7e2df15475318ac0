/** How the product talks to a Postgres database. */

/** SQL with its bound values. Made by named functions; values are never part of the text. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A row as an array in the order of the select list. Values by column type: integer and double -> number;
 * bigint, numeric, uuid, text -> string; boolean -> boolean; timestamptz -> ISO 8601 UTC string with milliseconds;
 * date -> `YYYY-MM-DD` string; json and jsonb -> parsed value; arrays of these -> JavaScript arrays.
 */
export type Row = readonly unknown[];

export interface Queryable {
  /** @throws RocketError `POOL_EXHAUSTED` when no connection came free in time; database errors pass through. */
  query(statement: Statement): Promise<readonly Row[]>;
}

/** A transaction in progress, on one connection. */
export type Transaction = Queryable;

export interface Database extends Queryable {
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back when it rejects and passes the rejection on.
   * Serialization failures and deadlocks (40001, 40P01) are retried with jitter, at most 5 times, so `work` must be
   * repeatable. Never ask the database itself for a connection inside `work`: use the transaction.
   */
  transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
  /** Waits for running statements, then closes the connections. */
  close(): Promise<void>;
}
