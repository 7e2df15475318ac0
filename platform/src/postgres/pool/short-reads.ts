/**
 * Short reads that come in one turn of the event loop go to one connection as one batch. Most of a statement's cost is
 * sending it in this process and receiving it in the server: measured for records by key under load, a batch takes a
 * third of this process's processor time and less than half of the server's
 * (docs/adr/0009-short-reads-are-sent-together.md).
 */
import { RocketError } from '@rocket/schema';
import type { Row } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import { StatementNotRun } from '../wire/statement-batch.ts';
import { isStalePlan } from '../wire/statement-query.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { divideReads, type ShortRead } from './divide-reads.ts';
import type { Outcome, PendingStatement, RunBatch } from './statement-runner.ts';

/** Most reads in a batch. The last one waits for the others: at 30 us each, a millisecond. */
const MAX_BATCH = 32;

export interface ShortReadsOptions {
  readonly pool: ConnectionPool;
  /**
   * Runs one statement by itself: one that cannot be in a batch, or one in a batch that failed before it was reached.
   */
  readonly runAlone: (statement: PendingStatement) => Promise<readonly Row[]>;
  readonly runBatch: RunBatch;
}

export class ShortReads {
  readonly #options: ShortReadsOptions;
  /**
   * Reads that have no connection yet; reads that come while all connections are busy join them. Together they take one
   * place in the waiting line.
   */
  #gathered: ShortRead[] = [];

  constructor(options: ShortReadsOptions) {
    this.#options = options;
  }

  run(statement: PendingStatement): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ statement, resolve, reject });
      // setImmediate runs after all sockets that are readable now have been read.
      if (this.#gathered.length === 1) setImmediate(() => this.#ask());
    });
  }

  #ask(): void {
    // The gathered reads have already been sent with others meanwhile.
    if (this.#gathered.length === 0) return;
    const deadlineAtMs = Math.min(...this.#gathered.map(({ statement }) => statement.deadlineAtMs));
    try {
      this.#options.pool.lend({
        deadlineAtMs,
        give: (connection) => this.#give(connection),
        refuse: (error) => this.#refuse(error),
      });
    } catch (error) {
      // The database is being closed.
      this.#refuse(error);
    }
  }

  #give(connection: Connection): void {
    const { batch, alone, later, aborted } = divideReads(this.#take(), connection);
    if (batch.length === 0) this.#options.pool.release(connection);
    else this.#runTogether(connection, batch);
    for (const read of alone) this.#alone(read);
    // Reads that were sent are not cancelled: they end sooner by themselves, and others in their batch are still
    // wanted.
    for (const { statement, reject } of aborted) reject(statement.signal?.reason);
    this.#gathered.unshift(...later);
    // Behind those that go alone: before them, it would be given this connection again, on which nothing is proven yet.
    this.#ask();
  }

  #take(): readonly ShortRead[] {
    return this.#gathered.splice(0, MAX_BATCH);
  }

  #runTogether(connection: Connection, batch: readonly ShortRead[]): void {
    const { pool, runBatch } = this.#options;
    const statements = batch.map(({ statement }) => statement);
    for (const { deadlineAtMs } of statements) pool.watch(deadlineAtMs);
    runBatch(connection, statements, (outcomes) => {
      // Released first, so that the next caller can use the connection before the rows are handled.
      pool.release(connection);
      for (const [index, read] of batch.entries()) this.#answer(read, outcomes[index]);
    });
  }

  #answer(read: ShortRead, outcome: Outcome | undefined): void {
    const { error = null, rows = null } = outcome ?? {};
    if (rows !== null) read.resolve(rows);
    else if (
      error instanceof StatementNotRun ||
      isStalePlan(error) ||
      this.#isAnothersDeadline(read, error)
    ) {
      this.#alone(read);
    } else read.reject(error);
  }

  #refuse(error: unknown): void {
    for (const read of this.#take()) {
      if (this.#isAnothersDeadline(read, error)) this.#alone(read);
      else read.reject(error);
    }
    this.#ask();
  }

  /**
   * True when only another read's deadline has passed: a shared connection or place in the queue is given up at the
   * first deadline of all its reads.
   */
  #isAnothersDeadline({ statement }: ShortRead, error: unknown): boolean {
    return (
      error instanceof RocketError &&
      error.code === 'DEADLINE_EXCEEDED' &&
      Date.now() < statement.deadlineAtMs
    );
  }

  #alone(read: ShortRead): void {
    read.resolve(this.#options.runAlone(read.statement));
  }
}
