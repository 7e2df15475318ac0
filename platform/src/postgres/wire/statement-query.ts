/**
 * One statement as pg sends it, in a query class of our own. pg's own query describes the columns again at each
 * execution of a prepared statement, keeps every name for ever, and makes an object and a result that we do not need.
 */
import pg from 'pg';
import type { Row } from '../queryable.ts';
import {
  EXECUTE,
  EXECUTE_AND_SYNC,
  encodeCommand,
  encodeExecution,
  encodeExecutionPart,
  SYNC,
} from './encode-execution.ts';
import type { PreparedStatement, PreparedStatements } from './prepared-statements.ts';
import { type ParseRow, rowParser } from './values.ts';
import type { WireValue } from './wire-values.ts';

export interface StatementInput {
  readonly text: string;
  readonly values: WireValue[];
  /** Null when the statement is not to be prepared. */
  readonly statements: PreparedStatements | null;
  readonly around?: Around;
}

/**
 * Commands without values or result that travel in the message of a statement, because each message costs a round trip.
 * If one fails, what comes after it is not run, and the statement rejects with its error.
 */
export interface Around {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const ALONE: Around = { before: [], after: [] };

/** Called once, when the server is ready for the next statement or the connection is lost. Exactly one is null. */
export type Settle = (error: unknown, rows: readonly Row[] | null) => void;

const PORTAL = { type: 'P', name: '' };

export class StatementQuery implements pg.Submittable {
  readonly #input: StatementInput;
  readonly #settle: Settle;
  #prepared: PreparedStatement | null = null;
  #parseRow: ParseRow | null = null;
  #rows: unknown[][] = [];
  #fault: { readonly error: unknown } | null = null;
  /** Commands before the statement that have not been answered yet. */
  #before: number;

  constructor(input: StatementInput, settle: Settle) {
    this.#input = input;
    this.#settle = settle;
    this.#before = input.around?.before.length ?? 0;
  }

  /** Called by pg to send the statement; everything is sent in one write. */
  submit(connection: pg.Connection): void {
    const { text, values, statements, around = ALONE } = this.#input;
    const before = around.before.map(encodeCommand);
    const end =
      around.after.length === 0
        ? EXECUTE_AND_SYNC
        : Buffer.concat([EXECUTE, ...around.after.map(encodeCommand), SYNC]);
    const prepared = statements?.get(text);
    if (prepared?.parseRow !== undefined) {
      this.#prepared = prepared;
      this.#parseRow = prepared.parseRow;
      const execution = encodeExecution(prepared.name, values, end);
      // One buffer is cheaper to send than several.
      connection.stream.write(before.length === 0 ? execution : Buffer.concat([...before, execution]));
      return;
    }
    connection.stream.cork();
    for (const name of statements?.takeObsolete() ?? []) connection.close({ type: 'S', name }, true);
    for (const command of before) connection.stream.write(command);
    if (prepared !== undefined) this.#sendPrepared(connection, prepared, end);
    else if (values.length === 0 && around === ALONE) connection.query(text);
    else {
      connection.parse({ name: '', text, types: [] }, true);
      connection.bind({ values }, true);
      connection.describe(PORTAL, true);
      connection.stream.write(end);
    }
    connection.stream.uncork();
  }

  #sendPrepared(connection: pg.Connection, prepared: PreparedStatement, end: Buffer): void {
    const { text, values } = this.#input;
    const { name } = prepared;
    this.#prepared = prepared;
    connection.parse({ name, text, types: [] }, true);
    connection.bind({ statement: name, values }, true);
    connection.describe(PORTAL, true);
    connection.stream.write(end);
  }

  /**
   * Encodes the statement as one of several that end with one Sync.
   * @throws TypeError unless the statement is proven on this connection
   */
  encodePart(): Buffer {
    const { text, values, statements } = this.#input;
    const prepared = statements?.get(text);
    if (prepared?.parseRow === undefined) throw new TypeError('Only what has run before can be batched');
    this.#prepared = prepared;
    this.#parseRow = prepared.parseRow;
    return encodeExecutionPart(prepared.name, values);
  }

  handleRowDescription(message: { fields: pg.FieldDef[] }): void {
    this.#parseRow = rowParser(message.fields);
    // If the text has several statements, the last one that returns rows counts.
    this.#rows = [];
  }

  handleDataRow(message: { fields: unknown[] }): void {
    if (this.#fault !== null) return;
    const { fields } = message;
    try {
      this.#parseRow?.(fields);
      this.#rows.push(fields);
    } catch (error) {
      this.#fault = { error };
    }
  }

  handleCommandComplete(): void {
    if (this.#before > 0) this.#before -= 1;
    else if (this.#prepared !== null) this.#prepared.parseRow = this.#parseRow;
  }

  handleEmptyQuery(): void {
    // A text without a statement: no rows.
  }

  handlePortalSuspended(): void {
    // Never sent: rows are not limited.
  }

  handleCopyInResponse(connection: pg.Connection & { sendCopyFail?: (reason: string) => void }): void {
    connection.sendCopyFail?.('COPY is not supported');
  }

  handleCopyData(): void {
    // Nobody uses the output of a COPY here.
  }

  handleReadyForQuery(): void {
    if (this.#fault === null) this.#settle(null, this.#rows);
    else this.#settle(this.#fault.error, null);
  }

  handleError(error: unknown, connection: pg.Connection): void {
    // pg calls nothing more on a query after an error, but the connection is free only when the server is ready.
    if (error instanceof pg.DatabaseError && error.severity === 'ERROR') {
      afterSync(connection, () => this.fail(error));
    } else this.fail(error);
  }

  /** Settles a statement that has failed, or was not run because of another one. */
  fail(error: unknown): void {
    // The server may not even have parsed it. Finding out costs more than preparing it again.
    if (this.#prepared !== null) this.#forgetUnlessProven(this.#prepared, error);
    this.#settle(error, null);
  }

  #forgetUnlessProven(prepared: PreparedStatement, error: unknown): void {
    if (prepared.parseRow === undefined || isStalePlan(error)) this.#input.statements?.forget(prepared);
  }
}

/** Runs `work` once the server has answered the Sync, or is gone. */
export function afterSync(connection: pg.Connection, work: () => void): void {
  const once = (): void => {
    connection.off('readyForQuery', once);
    connection.off('end', once);
    work();
  };
  connection.on('readyForQuery', once);
  connection.on('end', once);
}

/** `cached plan must not change result type`; the name is unknown; the name is another's (pooled connections). */
const STALE_CODES: ReadonlySet<string> = new Set(['26000', '42P05']);
const FEATURE_NOT_SUPPORTED = '0A000';
/** Distinguishes this error from others with the same code, in any language of the server's messages. */
const PLAN_CHECK = 'RevalidateCachedQuery';

/**
 * True when a prepared statement no longer fits the database or the connection; it will run when it is prepared again.
 */
export function isStalePlan(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return false;
  return (
    STALE_CODES.has(error.code) || (error.code === FEATURE_NOT_SUPPORTED && error.routine === PLAN_CHECK)
  );
}
