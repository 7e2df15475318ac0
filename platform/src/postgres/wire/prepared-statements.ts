/** The statements that one connection has prepared. */
import { createHash } from 'node:crypto';
import type { ParseRow } from './values.ts';

export interface PreparedStatement {
  readonly text: string;
  readonly name: string;
  /**
   * How to parse its rows; undefined before it has run once. Safe to keep: Postgres refuses to run a prepared statement
   * whose result has changed its columns or their types.
   */
  parseRow: ParseRow | null | undefined;
}

const NAME_DIGITS = 32;

/** Keeps the `max` statements used last. The others have to be closed on the server, which keeps them otherwise. */
export class PreparedStatements {
  readonly #max: number;
  readonly #byText = new Map<string, PreparedStatement>();
  #last: PreparedStatement | undefined;
  #obsolete: string[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  /** The statement of this text. When its `parseRow` is undefined it is new and has to be prepared. */
  get(text: string): PreparedStatement {
    if (this.#last?.text === text) return this.#last;
    const known = this.#byText.get(text);
    if (known === undefined) return this.#add(text);
    // A map keeps the order of insertion: the first one is the one not used for longest.
    this.#byText.delete(text);
    this.#byText.set(text, known);
    this.#last = known;
    return known;
  }

  /** Whether it has run on this connection, so that it only has to be executed. */
  isProven(text: string): boolean {
    return this.#byText.get(text)?.parseRow !== undefined;
  }

  #add(text: string): PreparedStatement {
    if (this.#byText.size >= this.#max) {
      for (const oldest of this.#byText.values()) {
        this.forget(oldest);
        break;
      }
    }
    const added: PreparedStatement = { text, name: nameOf(text), parseRow: undefined };
    this.#byText.set(text, added);
    this.#last = added;
    return added;
  }

  /** The statement is prepared again the next time, whether the server has it or not. */
  forget(statement: PreparedStatement): void {
    if (this.#byText.get(statement.text) !== statement) return;
    this.#byText.delete(statement.text);
    if (this.#last === statement) this.#last = undefined;
    this.#obsolete.push(statement.name);
  }

  /** Names to close on the server, with the next message to it. Closing an unknown name is no error. */
  takeObsolete(): readonly string[] {
    if (this.#obsolete.length === 0) return NONE;
    const names = this.#obsolete;
    this.#obsolete = [];
    return names;
  }
}

const NONE: readonly string[] = [];

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS);
}
