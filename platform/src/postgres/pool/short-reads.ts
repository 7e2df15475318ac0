/**
 * Short reads that come in one turn of the event loop go to one connection as one batch. Sending a statement is most of
 * what it costs this process, and receiving it most of what it costs the server: measured for records by key, under load,
 * a third of the processor time of the one and less than half of the other (docs/adr/0009-short-reads-are-sent-together.md).
 */
import { RocketError } from '@rocket/schema';
import type { Row } from '../queryable.ts';
import type { Connection } from '../wire/connection.ts';
import { StatementNotRun } from '../wire/statement-batch.ts';
import { isStalePlan } from '../wire/statement-query.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { PendingStatement, RunnerOptions } from './statement-runner.ts';

/** The last one waits for the others: at 30 us each, a millisecond. */
const MAX_BATCH = 32;

/** What a statement came to: exactly one of the two is null. */
interface Outcome {
  readonly error: unknown;
  readonly rows: readonly Row[] | null;
}

interface ShortRead {
  readonly statement: PendingStatement;
  readonly resolve: (rows: readonly Row[] | Promise<readonly Row[]>) => void;
  readonly reject: (error: unknown) => void;
}

export interface ShortReadsOptions {
  readonly pool: ConnectionPool;
  /** Runs one by itself: what cannot be in a batch, or was in one that failed before it. */
  readonly runAlone: (statement: PendingStatement) => Promise<readonly Row[]>;
  /** Told of a slow batch as of its first statement: which one it was cannot be seen, as a rule they are all alike. */
  readonly report: RunnerOptions;
}

export class ShortReads {
  readonly #options: ShortReadsOptions;
  /** Not yet on a connection; they go on together with those that come while all connections are busy. */
  #gathered: ShortRead[] = [];

  constructor(options: ShortReadsOptions) {
    this.#options = options;
  }

  run(statement: PendingStatement): Promise<readonly Row[]> {
    return new Promise((resolve, reject) => {
      this.#gathered.push({ statement, resolve, reject });
      // After all sockets that are readable now have been read.
      if (this.#gathered.length === 1) setImmediate(() => this.#ask());
    });
  }

  #ask(): void {
    // Those who waited have been taken along meanwhile.
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

  #take(): readonly ShortRead[] {
    const taken = this.#gathered.splice(0, MAX_BATCH);
    if (this.#gathered.length > 0) this.#ask();
    return taken;
  }

  #give(connection: Connection): void {
    const nowMs = Date.now();
    const batch: ShortRead[] = [];
    const others: ShortRead[] = [];
    const later: ShortRead[] = [];
    const proving = new Set<string>();
    for (const read of this.#take()) {
      const { text, deadlineAtMs, signal } = read.statement;
      // What has been sent is not cancelled: it ends by itself sooner, and others of its batch are waited for.
      if (signal?.aborted === true) read.reject(signal.reason);
      else if (nowMs >= deadlineAtMs) others.push(read);
      else if (connection.isProven(text)) batch.push(read);
      else if (proving.has(text)) later.push(read);
      else {
        // One is enough to try it. Each by itself, the reads of a burst would fill the line of those who wait.
        proving.add(text);
        others.push(read);
      }
    }
    if (batch.length === 0) this.#options.pool.release(connection);
    else this.#runBatch(connection, batch);
    for (const read of others) this.#alone(read);
    this.#gatherAgain(later);
  }

  #gatherAgain(reads: readonly ShortRead[]): void {
    if (reads.length === 0) return;
    // Those that are left have asked already.
    const hasAsked = this.#gathered.length > 0;
    this.#gathered.unshift(...reads);
    if (!hasAsked) this.#ask();
  }

  #runBatch(connection: Connection, batch: readonly ShortRead[]): void {
    const { pool, report } = this.#options;
    const outcomes: Outcome[] = [];
    const startedAtMs = performance.now();
    const ended = (): void => {
      if (outcomes.length < batch.length) return;
      pool.release(connection);
      this.#reportIfSlow(batch, performance.now() - startedAtMs);
      for (const [index, read] of batch.entries()) this.#answer(read, outcomes[index]);
    };
    for (const { statement } of batch) {
      pool.watch(statement.deadlineAtMs);
      report.onStatement(statement.text);
    }
    connection.runBatch(
      batch.map(({ statement }) => ({
        input: statement,
        settle: (error, rows) => {
          // In order, as the answers come.
          outcomes.push({ error, rows });
          ended();
        },
      })),
    );
  }

  #reportIfSlow([first]: readonly ShortRead[], durationMs: number): void {
    const { slowQueryMs, onSlowQuery } = this.#options.report;
    if (first === undefined || slowQueryMs === 0 || durationMs < slowQueryMs) return;
    const { text, label } = first.statement;
    onSlowQuery({ text, durationMs, label, rows: null });
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
  }

  /** A connection, or a place in the queue, is given up at the first deadline of all who share it. */
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
