/** Bound values of one statement under construction. */
import { type FieldModel, RocketError, type ScalarType } from '@rocket/schema';
import type { KeyMarks } from '../read/depends-on/key-marks.ts';

/**
 * Most values in the conditions, cursors and keys of one operation together. Encoding values for the wire blocks the
 * event loop: this many take about 50 ms. A statement can have 65,535 parameters.
 */
export const MAX_HELD_VALUES = 50_000;
export const MAX_HELD_CHARACTERS = 2_000_000;

const SQL_TYPE: Record<ScalarType, string> = {
  string: 'text',
  int: 'integer',
  bigint: 'bigint',
  float: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  uuid: 'uuid',
  timestamp: 'timestamptz',
  date: 'date',
  json: 'jsonb',
  file: 'jsonb',
};

/** Type to cast a bound value to, so that Postgres never has to guess it from the context. */
export function sqlType(field: Pick<FieldModel, 'type'>): string {
  return SQL_TYPE[field.type];
}

/**
 * How a statement adds floats. `float` is fast, but the whole statement fails when one sum leaves the range of a float.
 * `numeric` is exact and slow; a sum that leaves the range is marked and does not affect the rest.
 */
export type FloatSums = 'float' | 'numeric';

export type HeldValue = string | number | boolean | null;

/**
 * State that all parts of a statement under construction share.
 *
 * A part of a plan may be written several times: to count its records, and to read them. Its values are bound once.
 * Parts are recognised by identity and not by their values, so that the text of a statement does not depend on values.
 */
export class Parameters {
  readonly values: unknown[] = [];
  readonly floatSums: FloatSums;
  /** Where the statement tells the keys of rows; null when nobody asks for them. */
  readonly marks: KeyMarks | null;
  /** Places by the part or the list whose values they hold. */
  readonly #places = new Map<object, string>();
  #positions: Map<object, readonly (string | null)[]> | null = null;
  #heldValues = 0;
  #heldCharacters = 0;

  constructor(floatSums: FloatSums = 'float', marks: KeyMarks | null = null) {
    this.floatSums = floatSums;
    this.marks = marks;
  }

  /** Binds a value and returns its place in the text, with its type. */
  bind(value: unknown, type: string): string {
    return `${this.#place(value)}::${type}`;
  }

  /**
   * Binds the single value of a part and returns its place. @throws RocketError `BAD_USER_INPUT` when there are too
   * many values in all
   */
  hold(part: object, value: HeldValue, type: string): string {
    let place = this.#places.get(part);
    if (place === undefined) {
      this.#count([value]);
      place = this.#place(value);
      this.#places.set(part, place);
    }
    return `${place}::${type}`;
  }

  /**
   * Binds a list as one array and returns its place. Parts may share it, but it counts for each of them. @throws as
   * {@link hold}
   */
  holdList(part: object, list: readonly HeldValue[], type: string): string {
    let place = this.#places.get(part);
    if (place === undefined) {
      this.#count(list);
      place = this.#places.get(list) ?? this.#place(list);
      this.#places.set(list, place).set(part, place);
    }
    return `${place}::${type}[]`;
  }

  /** Binds the values of a position and returns their places, null for null. @throws as {@link hold} */
  holdPosition(position: readonly (string | null)[], types: readonly string[]): readonly (string | null)[] {
    this.#positions ??= new Map();
    const known = this.#positions.get(position);
    if (known !== undefined) return known;
    this.#count(position);
    const places = types.map((type, index) => {
      const text = position[index] ?? null;
      return text === null ? null : this.bind(text, type);
    });
    this.#positions.set(position, places);
    return places;
  }

  #place(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  #count(held: readonly HeldValue[]): void {
    this.#heldValues += held.length;
    if (this.#heldValues > MAX_HELD_VALUES) throw tooMuch(`${MAX_HELD_VALUES} values`);
    for (const value of held) if (typeof value === 'string') this.#heldCharacters += value.length;
    if (this.#heldCharacters > MAX_HELD_CHARACTERS) throw tooMuch(`${MAX_HELD_CHARACTERS} characters`);
  }
}

function tooMuch(bound: string): HeldTooMuch {
  return new HeldTooMuch(
    `The conditions, cursors and keys of the operation hold more than ${bound} together`,
  );
}

/** The operation has too many values in all, which no single field is to blame for. */
export class HeldTooMuch extends RocketError {
  constructor(message: string) {
    super('BAD_USER_INPUT', message);
    this.name = 'HeldTooMuch';
  }
}
