/**
 * JSON text under construction: constant pieces and SQL expressions, joined by `||`. Measured against json_build_object
 * and json_agg, which look up the type of each value for each row: a quarter less work for the same answer
 * (docs/adr/0008-answers-are-made-in-sql.md).
 */
import { literalText } from '../sql/literal-text.ts';

type Piece = { readonly constant: string } | { readonly sql: string };

export class JsonConcat {
  readonly #pieces: Piece[] = [];

  /**
   * Adds JSON text that is the same in every row. It is joined with its neighbours here, because each `||` is work in
   * every row.
   */
  constant(json: string): this {
    const last = this.#pieces.at(-1);
    if (last !== undefined && 'constant' in last) this.#pieces.pop();
    const before = last !== undefined && 'constant' in last ? last.constant : '';
    this.#pieces.push({ constant: before + json });
    return this;
  }

  /** Adds SQL of type text that is never null. */
  expression(sql: string): this {
    this.#pieces.push({ sql });
    return this;
  }

  append(json: JsonConcat): this {
    for (const piece of json.#pieces) {
      if ('sql' in piece) this.expression(piece.sql);
      else this.constant(piece.constant);
    }
    return this;
  }

  /** Adds a response key and its colon, with a comma before it unless it is the first. */
  key(responseKey: string, first: boolean): this {
    return this.constant(`${first ? '' : ','}${JSON.stringify(responseKey)}:`);
  }

  sql(): string {
    if (this.#pieces.length === 0) return "''";
    return this.#pieces
      .map((piece) => ('sql' in piece ? piece.sql : literalText(piece.constant)))
      .join(' || ');
  }
}

/** `[a,b,c]` from the texts in column `j` of a derived table, in its order. */
export function jsonArray(rows: string): JsonConcat {
  return new JsonConcat()
    .constant('[')
    .expression(`coalesce((SELECT string_agg(x.j, ',') FROM (${rows}) AS x), '')`)
    .constant(']');
}

/** A JSON string of an expression whose text has no quotes, backslashes or control characters. */
export function jsonString(text: string): JsonConcat {
  return new JsonConcat().constant('"').expression(text).constant('"');
}
