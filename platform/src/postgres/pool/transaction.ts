import { RocketError } from '@rocket/schema';
import { cleanUpAfter } from '../../lifecycle/clean-up.ts';
import type { QueryOptions, Row, Statement, Transaction, TransactionOptions } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import type { Around } from '../wire/statement-query.ts';
import { pendingStatement, type RunStatement } from './statement-runner.ts';

const COMMIT = 'COMMIT';

export interface TransactionSettings extends TransactionOptions {
  readonly run: RunStatement;
  /** Makes sure that statements with this deadline are given up at it. */
  readonly watch: (deadlineAtMs: number) => void;
}

/** Runs `work` between BEGIN and COMMIT on a connection that the caller holds. Work without a statement begins nothing. */
export async function runTransaction<T>(
  connection: Connection,
  work: (transaction: Transaction) => Promise<T>,
  settings: TransactionSettings,
): Promise<T> {
  const transaction = new OpenTransaction(connection, settings);
  try {
    const result = await work(transaction);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollBack(error);
    throw error;
  }
}

interface Query {
  readonly statement: Statement;
  readonly options: QueryOptions | undefined;
}

interface Sending {
  readonly deadlineAtMs: number;
  /** Commands that follow the statement in its message. */
  readonly after: readonly string[];
}

/** BEGIN travels with the first statement where it can, and COMMIT with the last where the work says which that is. */
class OpenTransaction implements Transaction {
  readonly #connection: Connection;
  readonly #settings: TransactionSettings;
  #state: 'open' | 'over' | 'committed' = 'open';
  /** Settles when the server has answered BEGIN; null before the first statement. */
  #begun: Promise<unknown> | null = null;

  constructor(connection: Connection, settings: TransactionSettings) {
    this.#connection = connection;
    this.#settings = settings;
  }

  async query(statement: Statement, options?: QueryOptions): Promise<readonly Row[]> {
    const query = { statement, options };
    return await this.#send(query, { deadlineAtMs: this.#deadlineAtMs(query), after: [] });
  }

  async commitWith(statement: Statement, options?: QueryOptions): Promise<readonly Row[]> {
    const query = { statement, options };
    refuseAfter(this.#deadlineAtMs(query));
    const rows = await this.#send(query, { deadlineAtMs: Number.POSITIVE_INFINITY, after: [COMMIT] });
    this.#state = 'committed';
    return rows;
  }

  async commit(): Promise<void> {
    if (this.#state === 'committed') return;
    this.#state = 'over';
    refuseAfter(this.#settings.deadlineAtMs);
    if (this.#begun === null) return;
    // Not given up at the deadline: nobody could know then whether the transaction was committed. Postgres answers
    // ROLLBACK, without an error, when a statement had failed and the work continued anyway.
    if ((await this.#connection.command(COMMIT)) !== COMMIT) {
      throw new RocketError('INTERNAL_ERROR', 'The transaction was aborted by an error that its work caught');
    }
  }

  /**
   * An expired connection is closed, which rolls back. If ROLLBACK fails, the connection is lost: the server rolls back
   * by itself.
   */
  async rollBack(reason: unknown): Promise<void> {
    this.#state = 'over';
    if (this.#begun === null || this.#connection.isExpired) return;
    await cleanUpAfter(reason, () => this.#connection.command('ROLLBACK'));
  }

  async #send(query: Query, sending: Sending): Promise<readonly Row[]> {
    if (this.#begun !== null) await this.#begun;
    // A query that was not awaited would otherwise run on a connection that someone else has by now.
    if (this.#state !== 'open') throw new RocketError('INTERNAL_ERROR', 'The transaction is already over');
    if (sending.after.length > 0) this.#state = 'over';
    if (this.#connection.isExpired) throw new RocketError('DEADLINE_EXCEEDED');
    refuseAfter(sending.deadlineAtMs);
    if (this.#begun === null) return await this.#begin(query, sending);
    if (!this.#connection.isInTransaction) throw new RocketError('INTERNAL_ERROR', 'BEGIN has failed');
    return await this.#run(query, { ...sending, before: [] });
  }

  async #begin(query: Query, sending: Sending): Promise<readonly Row[]> {
    const { statement } = query;
    const commands = begin(this.#settings);
    if (statement.prepare === true || statement.values.length > 0) {
      const first = this.#run(query, { ...sending, before: commands });
      // That it fails is told to its own caller.
      this.#begun = first.catch(() => undefined);
      return await first;
    }
    // A text without values may hold several statements, which only a message of its own can.
    this.#begun = this.#connection.command(commands.join('; '));
    await this.#begun;
    return await this.#run(query, { ...sending, before: [] });
  }

  #run(query: Query, sending: Sending & Around): Promise<readonly Row[]> {
    const { deadlineAtMs, before, after } = sending;
    const label = query.options?.label ?? this.#settings.label;
    const statement = pendingStatement(query.statement, {
      deadlineAtMs,
      ...(label === undefined ? {} : { label }),
    });
    const pending =
      before.length + after.length === 0 ? statement : { ...statement, around: { before, after } };
    return new Promise((resolve, reject) => {
      this.#settings.watch(deadlineAtMs);
      this.#settings.run(this.#connection, pending, (error, rows) =>
        rows === null ? reject(error) : resolve(rows),
      );
    });
  }

  #deadlineAtMs({ options }: Query): number {
    return Math.min(
      this.#settings.deadlineAtMs ?? Number.POSITIVE_INFINITY,
      options?.deadlineAtMs ?? Number.POSITIVE_INFINITY,
    );
  }
}

function refuseAfter(deadlineAtMs: number | undefined): void {
  if (deadlineAtMs !== undefined && Date.now() >= deadlineAtMs) throw new RocketError('DEADLINE_EXCEEDED');
}

/**
 * The server's timeout is set in the same message: it is local to the transaction, so it cannot affect the next user of
 * the connection, and costs no round trip. It is later than the cancel request, for the case that this process has
 * ended by then.
 */
function begin(options: TransactionOptions): readonly string[] {
  const isolation =
    options.isolation === undefined ? '' : ` ISOLATION LEVEL ${options.isolation.toUpperCase()}`;
  const timeoutMs = serverTimeoutMs(options);
  return [`BEGIN${isolation}`, ...(timeoutMs === null ? [] : [`SET LOCAL statement_timeout = ${timeoutMs}`])];
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
