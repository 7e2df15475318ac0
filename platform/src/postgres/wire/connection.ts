/** One connection to Postgres, lent to one caller at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { requestCancel } from './cancel-request.ts';
import { PreparedStatements } from './prepared-statements.ts';
import { StatementBatch } from './statement-batch.ts';
import { type Around, type Settle, StatementQuery } from './statement-query.ts';
import type { WireValue } from './wire-values.ts';

export interface ConnectionOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly connectTimeoutMs: number;
  /** The server's own limit for a statement; null when the connection must not set one. */
  readonly statementTimeoutMs: number | null;
  /** Most prepared statements that are kept; 0 prepares none. */
  readonly maxPrepared: number;
}

export interface RunInput {
  readonly text: string;
  readonly values: WireValue[];
  readonly prepare: boolean;
  readonly around?: Around;
  /** Unix time in ms, or infinity. The connection's owner calls {@link Connection.expire} then. */
  readonly deadlineAtMs: number;
}

interface Running {
  readonly deadlineAtMs: number;
  readonly settle: Settle;
}

/** More than one, because a request that arrives before its statement has begun has no effect. */
const CANCEL_ATTEMPTS = 10;
const CANCEL_AGAIN_MS = 250;

export class Connection {
  readonly #client: pg.Client;
  readonly #statements: PreparedStatements | null;
  readonly #running: Running[] = [];
  #broken = false;
  #onIdleError: ((error: unknown) => void) | null = null;
  #onQuiet: (() => void) | null = null;
  /** Unix time in ms of the last release. */
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
    // Made before connecting, so that a lost connection finds a listener at any time.
    const connection = new Connection(client, options.maxPrepared);
    await client.connect();
    return connection;
  }

  /** True when nothing is running or left open on it and it has not been lost, so that it can be lent again. */
  get isReusable(): boolean {
    return !this.#broken && this.#running.length === 0 && this.#client.getTransactionStatus() === 'I';
  }

  /** True between the server's answers to a BEGIN and to the end of that transaction, even when it has failed. */
  get isInTransaction(): boolean {
    const status = this.#client.getTransactionStatus();
    return status === 'T' || status === 'E';
  }

  /** True once a statement has been given up: the connection will be closed. */
  get isExpired(): boolean {
    return this.#onQuiet !== null;
  }

  /** Unix time in ms at which the first of its statements has to be given up; infinity when there is none. */
  get deadlineAtMs(): number {
    const running = this.#running;
    const first = running[0];
    if (first === undefined) return Number.POSITIVE_INFINITY;
    return running.length === 1 ? first.deadlineAtMs : Math.min(...running.map((run) => run.deadlineAtMs));
  }

  /** Sets the listener for a lost connection until the next call. A busy connection needs none: its statement fails. */
  whileIdle(listener: ((error: unknown) => void) | null): void {
    this.#onIdleError = listener;
  }

  /** `settle` is called exactly once, when the statement has ended or {@link expire} gave it up. */
  run(input: RunInput, settle: Settle): void {
    const { text, values, prepare, around, deadlineAtMs } = input;
    const running = { deadlineAtMs, settle };
    this.#running.push(running);
    const statements = prepare ? this.#statements : null;
    const sent = { text, values, statements, ...(around === undefined ? {} : { around }) };
    this.#client.query(new StatementQuery(sent, (error, rows) => this.#ended(running, error, rows)));
  }

  /** Whether the statement can be part of a batch on this connection. */
  isProven(text: string): boolean {
    return this.#statements?.isProven(text) === true;
  }

  /**
   * Sends all statements in one message. Each `settle` is called as by {@link run}, or with {@link StatementNotRun}.
   */
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
    // Not found: it was given up at its deadline, and nobody waits for it any more.
    if (index < 0) this.#onQuiet?.();
    else {
      this.#running.splice(index, 1);
      running.settle(error, rows);
    }
  }

  /** Opens or ends a transaction. @returns what the server has done, which may be `ROLLBACK` for a COMMIT */
  async command(text: string): Promise<string> {
    const result: pg.QueryResult | pg.QueryResult[] = await this.#client.query(text);
    const last = Array.isArray(result) ? result.at(-1) : result;
    return last?.command ?? '';
  }

  /**
   * Gives up what is running: rejects with `reason` for those who wait, asks the server to cancel, and resolves when
   * everything has ended or cannot be stopped. The connection must be closed then, and never be lent again: a cancel
   * request names a connection, not a statement, and a late one would hit the next statement.
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

  /**
   * Ends the session, or destroys the socket when a statement is still running. Nothing is awaited, because the server
   * may be gone.
   */
  close(): void {
    this.#broken = true;
    this.#onIdleError = null;
    this.#client.end().catch(() => {
      // The connection was already lost.
    });
  }
}

/** After a FATAL error the server closes the connection. */
function isFatal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.severity !== 'ERROR';
}
