import type { QueryOptions, Row, Statement } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import type { Around } from '../wire/statement-query.ts';
import { toWireValues, type WireValue } from '../wire/wire-values.ts';

/** A slow statement. It never contains the values, which are the users' data. */
export interface SlowQuery {
  readonly text: string;
  /** Time from sending the statement to its end, without the wait for a connection. */
  readonly durationMs: number;
  /** What the statement was for; null when its caller did not say. */
  readonly label: string | null;
  /** Rows returned; null when it failed or was cancelled. */
  readonly rows: number | null;
}

export interface RunnerOptions {
  readonly onStatement: (text: string) => void;
  /** Statements that take at least this long are reported; 0 for none. */
  readonly slowQueryMs: number;
  readonly onSlowQuery: (query: SlowQuery) => void;
}

/**
 * A statement prepared for sending before it has a connection, so that a value that cannot be sent does not cost one.
 */
export interface PendingStatement {
  readonly text: string;
  readonly values: WireValue[];
  readonly prepare: boolean;
  readonly around?: Around;
  readonly isShortRead: boolean;
  readonly deadlineAtMs: number;
  readonly label: string | null;
  readonly signal: AbortSignal | null;
}

export function pendingStatement(statement: Statement, options: QueryOptions | undefined): PendingStatement {
  return {
    text: statement.text,
    values: toWireValues(statement.values),
    prepare: statement.prepare === true,
    isShortRead: statement.isShortRead === true,
    deadlineAtMs: options?.deadlineAtMs ?? Number.POSITIVE_INFINITY,
    label: options?.label ?? null,
    signal: options?.signal ?? null,
  };
}

export type RunStatement = (
  connection: Connection,
  statement: PendingStatement,
  settle: (error: unknown, rows: readonly Row[] | null) => void,
) => void;

/** Runs statements on connections, and reports them. */
export function createStatementRunner(options: RunnerOptions): RunStatement {
  const { onStatement, slowQueryMs, onSlowQuery } = options;
  if (slowQueryMs === 0) {
    return (connection, statement, settle) => {
      onStatement(statement.text);
      connection.run(statement, settle);
    };
  }
  return (connection, statement, settle) => {
    const { text, label } = statement;
    onStatement(text);
    const startedAtMs = performance.now();
    connection.run(statement, (error, rows) => {
      const durationMs = performance.now() - startedAtMs;
      if (durationMs >= slowQueryMs) onSlowQuery({ text, durationMs, label, rows: rows?.length ?? null });
      settle(error, rows);
    });
  };
}

/** The result of a statement in a batch: exactly one of the two is null. */
export interface Outcome {
  readonly error: unknown;
  readonly rows: readonly Row[] | null;
}

/** `settle` is called once, when all have ended, with an outcome for each in their order. */
export type RunBatch = (
  connection: Connection,
  statements: readonly PendingStatement[],
  settle: (outcomes: readonly Outcome[]) => void,
) => void;

/**
 * Runs batches of statements that are proven on their connection. A slow batch is reported as its first statement:
 * which one was slow is unknown, and usually they are all the same.
 */
export function createBatchRunner({ onStatement, slowQueryMs, onSlowQuery }: RunnerOptions): RunBatch {
  const reportIfSlow = ([first]: readonly PendingStatement[], durationMs: number): void => {
    if (first === undefined || slowQueryMs === 0 || durationMs < slowQueryMs) return;
    onSlowQuery({ text: first.text, durationMs, label: first.label, rows: null });
  };
  return (connection, statements, settle) => {
    for (const { text } of statements) onStatement(text);
    const outcomes: Outcome[] = [];
    const startedAtMs = performance.now();
    // Called in the order of the statements, as the answers come.
    const settleOne = (error: unknown, rows: readonly Row[] | null): void => {
      outcomes.push({ error, rows });
      if (outcomes.length < statements.length) return;
      const durationMs = performance.now() - startedAtMs;
      // Reported last: others wait for the connection, and a report that fails would keep it from them for ever.
      settle(outcomes);
      reportIfSlow(statements, durationMs);
    };
    connection.runBatch(statements.map((input) => ({ input, settle: settleOne })));
  };
}
