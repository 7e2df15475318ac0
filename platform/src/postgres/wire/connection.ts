/** One connection to Postgres, lent to one caller at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { requestCancel } from './cancel-request.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { StatementBatch } from './statement-batch.ts';
import { type Settle, StatementQuery } from './statement-query.ts';
import type { WireValue } from './wire-values.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  /** The server's own limit for a statement; null where the connection must not set any. */
  readonly statementTimeoutMs: number | null;
  /** Prepared statements that are kept; 0 prepares none. */
  readonly maxPrepared: number;
}

export interface RunInput {
  readonly text: string;
  readonly values: WireValue[];
  readonly prepare: boolean;
  /** Unix time in ms, or infinity. The connection's owner calls {@link Connection.expire} then. */
  readonly deadlineAtMs: number;
}

interface Running {
  readonly deadlineAtMs: number;
  readonly settle: Settle;
}

/** A request that comes before its statement has begun has no effect: the statement may still be on its way. */
const CANCEL_ATTEMPTS = 10;
const CANCEL_AGAIN_MS = 250;

export class Connection {
  readonly #client: pg.Client;
  readonly #statements: PreparedStatements | null;
  readonly #running: Running[] = [];
  #broken = false;
  #onIdleError: ((error: unknown) => void) | null = null;
  #onQuiet: (() => void) | null = null;
  /** When it was last given back; Unix time in ms. */
  idleSinceMs = 0;

  private constructor(client: pg.Client, maxPrepared: number) {
    this.#client = client;
    this.#statements = maxPrepared > 0 ? new PreparedStatements(maxPrepared) : null;
    client.on('error', (error) => {
      this.#broken = true;
      this.#onIdleError?.(error);
    });
  }

  static async open(options: ConnectionOptions): Promise<Connection> {
    const client = new pg.Client({
      connectionString: options.url,
      application_name: options.applicationName,
      connectionTimeoutMillis: options.connectTimeoutMs,
      keepAlive: true,
      ...(options.statementTimeoutMs === null ? {} : { statement_timeout: options.statementTimeoutMs }),
    });
    // Before it is connected: a loss at any time must find a listener.
    const connection = new Connection(client, options.maxPrepared);
    await client.connect();
    return connection;
  }

  /** Nothing is running or left open on it, and it has not been lost: it can be lent again. */
  get isReusable(): boolean {
    return !this.#broken && this.#running.length === 0 && this.#client.getTransactionStatus() === 'I';
  }

  /** True once a statement has been given up: this connection is on its way out. */
  get isExpired(): boolean {
    return this.#onQuiet !== null;
  }

  /** When the first of its statements has to be given up; infinity for none. */
  get deadlineAtMs(): number {
    const running = this.#running;
    const first = running[0];
    if (first === undefined) return Number.POSITIVE_INFINITY;
    return running.length === 1 ? first.deadlineAtMs : Math.min(...running.map((run) => run.deadlineAtMs));
  }

  /** `listener` hears of its loss until the next call. A busy connection needs none: its statement fails. */
  whileIdle(listener: ((error: unknown) => void) | null): void {
    this.#onIdleError = listener;
  }

  /** `settle` is called exactly once, when the statement has ended or {@link expire} gave it up. */
  run(input: RunInput, settle: Settle): void {
    const { text, values, prepare, deadlineAtMs } = input;
    const running = { deadlineAtMs, settle };
    this.#running.push(running);
    const statements = prepare ? this.#statements : null;
    const query = new StatementQuery({ text, values, statements }, (error, rows) =>
      this.#ended(running, error, rows),
    );
    this.#client.query(query);
  }

  /** Whether a statement can be one of a batch here. */
  isProven(text: string): boolean {
    return this.#statements?.isProven(text) === true;
  }

  /** All in one message. Each `settle` is called as by {@link run}, or with {@link StatementNotRun}. */
  runBatch(batch: readonly { readonly input: RunInput; readonly settle: Settle }[]): void {
    const queries = batch.map(({ input, settle }) => {
      const running = { deadlineAtMs: input.deadlineAtMs, settle };
      this.#running.push(running);
      const { text, values } = input;
      return new StatementQuery({ text, values, statements: this.#statements }, (error, rows) =>
        this.#ended(running, error, rows),
      );
    });
    this.#client.query(new StatementBatch(queries));
  }

  #ended(running: Running, ...[error, rows]: Parameters<Settle>): void {
    if (isFatal(error)) this.#broken = true;
    const index = this.#running.indexOf(running);
    // Given up at its deadline: nobody waits for it any more.
    if (index < 0) this.#onQuiet?.();
    else {
      this.#running.splice(index, 1);
      running.settle(error, rows);
    }
  }

  /** Opens or ends a transaction. @returns what the server says it has done: COMMIT may have been a `ROLLBACK` */
  async command(text: string): Promise<string> {
    const result: pg.QueryResult | pg.QueryResult[] = await this.#client.query(text);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.command ?? '';
  }

  /**
   * Gives up what is running: refuses those who wait for it with `reason`, asks the server to cancel it, and resolves when it has
   * ended or cannot be stopped. The connection must be closed then, and never be lent again: a cancel request names a
   * connection, not a statement, and a late one would hit the next statement.
   */
  async expire(reason: unknown): Promise<void> {
    let isQuiet = this.#running.length === 0;
    const quiet = Promise.withResolvers<void>();
    this.#onQuiet = () => {
      isQuiet = true;
      quiet.resolve();
    };
    for (const running of this.#running.splice(0)) running.settle(reason, null);
    for (let attempt = 0; attempt < CANCEL_ATTEMPTS && !isQuiet; attempt += 1) {
      await requestCancel(this.#client);
      await Promise.race([quiet.promise, sleep(CANCEL_AGAIN_MS)]);
    }
  }

  /** Says goodbye; cuts the connection when a statement is still running. Not waited for, as the server may be gone. */
  close(): void {
    this.#broken = true;
    this.#onIdleError = null;
    this.#client.end().catch(() => {
      // It was lost before.
    });
  }
}

/** After a FATAL error the server closes the connection. */
function isFatal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity !== 'ERROR';
}
