/** Bound values of one statement under construction. */
import { type FieldModel, RocketError, type ScalarType } from '@rocket/schema';

/**
 * What the conditions, cursors and keys of one operation may hold together. Writing values for the wire is work that
 * nothing interrupts: these take some 50 ms. A statement has room for 65,535 places of values.
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
 * How a statement adds floats. `float` is fast, and fails as a whole when one sum leaves the range of a float. `numeric`
 * is exact and slow; what leaves the range is said to, and concerns nothing else.
 */
export type FloatSums = 'float' | 'numeric';

export type HeldValue = string | number | boolean | null;

/**
 * What a statement under construction has in common for all its parts.
 *
 * A part of a plan may be written several times: to count its records, and to read them. What it holds is bound once. It
 * is the part that is recognised and not its values, so that the text of a statement does not depend on them.
 */
export class Parameters {
  readonly values: unknown[] = [];
  readonly floatSums: FloatSums;
  /** By the part or the list that is held. */
  readonly #places = new Map<object, string>();
  #positions: Map<object, readonly (string | null)[]> | null = null;
  #heldValues = 0;
  #heldCharacters = 0;

  constructor(floatSums: FloatSums = 'float') {
    this.floatSums = floatSums;
  }

  /** Binds a value and returns its place in the text, with its type. */
  bind(value: unknown, type: string): string {
    return `${this.#place(value)}::${type}`;
  }

  /** The place of the one value that a part holds. @throws RocketError `BAD_USER_INPUT` when all hold too much */
  hold(part: object, value: HeldValue, type: string): string {
    let place = this.#places.get(part);
    if (place === undefined) {
      this.#count([value]);
      place = this.#place(value);
      this.#places.set(part, place);
    }
    return `${place}::${type}`;
  }

  /** The place of a list, as one array. Parts may share it: it counts for each of them. @throws as {@link hold} */
  holdList(part: object, list: readonly HeldValue[], type: string): string {
    let place = this.#places.get(part);
    if (place === undefined) {
      this.#count(list);
      place = this.#places.get(list) ?? this.#place(list);
      this.#places.set(list, place).set(part, place);
    }
    return `${place}::${type}[]`;
  }

  /** The places of a position's values, null for null. @throws as {@link hold} */
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

/** No field's own fault: each may hold little enough by itself. */
export class HeldTooMuch extends RocketError {
  constructor(message: string) {
    super('BAD_USER_INPUT', message);
    this.name = 'HeldTooMuch';
  }
}
