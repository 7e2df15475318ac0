/**
 * Several executions of prepared statements as one message with one Sync: one write here, and one wake-up and one write
 * of the server. Without a Sync between them they are one implicit transaction, so an error also ends the statements
 * after it: those settle with {@link StatementNotRun} and have to be run again. That is why a batch may contain only
 * reads.
 */
import pg from 'pg';
import { SYNC } from './encode-execution.ts';
import { afterSync, type StatementQuery } from './statement-query.ts';

/** Another statement of the same batch has failed before this one was reached. */
export class StatementNotRun extends Error {
  override readonly name = 'StatementNotRun';
}

export class StatementBatch implements pg.Submittable {
  readonly #queries: readonly StatementQuery[];
  /** Index of the next statement to be answered; answers come in the order of the executions. */
  #at = 0;

  /** @param queries all of them proven on the connection */
  constructor(queries: readonly StatementQuery[]) {
    this.#queries = queries;
  }

  submit(connection: pg.Connection): void {
    connection.stream.write(Buffer.concat([...this.#queries.map((query) => query.encodePart()), SYNC]));
  }

  handleDataRow(message: { fields: unknown[] }): void {
    this.#queries[this.#at]?.handleDataRow(message);
  }

  handleCommandComplete(): void {
    this.#queries[this.#at]?.handleCommandComplete();
    this.#at += 1;
  }

  handleReadyForQuery(): void {
    for (const query of this.#queries) query.handleReadyForQuery();
  }

  handleError(error: unknown, connection: pg.Connection): void {
    if (error instanceof pg.DatabaseError && error.severity === 'ERROR') {
      afterSync(connection, () => this.#fail(error, new StatementNotRun()));
    } else this.#fail(error, error);
  }

  #fail(error: unknown, forThoseBehind: unknown): void {
    this.#queries.forEach((query, index) => {
      if (index < this.#at) query.handleReadyForQuery();
      else query.fail(index === this.#at ? error : forThoseBehind);
    });
  }

  handleRowDescription(): void {
    // Never requested: the columns of a proven statement are known.
  }

  handleEmptyQuery(): void {
    // A statement without text is never prepared.
  }

  handlePortalSuspended(): void {
    // Never sent: rows are not limited.
  }

  handleCopyInResponse(): void {
    // Reads do not copy.
  }

  handleCopyData(): void {
    // Reads do not copy.
  }
}
