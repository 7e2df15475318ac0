/**
 * JSON text under construction: constant pieces and SQL expressions, joined by `||`. Measured against json_build_object and
 * json_agg, which look up the type of each value for each row: a quarter less work for the same answer
 * (docs/adr/0008-answers-are-made-in-sql.md).
 */
import { literalText } from './literal-text.ts';

export class JsonConcat {
  readonly #parts: string[] = [];
  #constant = '';

  /** JSON text that is the same in every row. */
  constant(json: string): this {
    this.#constant += json;
    return this;
  }

  /** SQL of type text that is never null. */
  expression(sql: string): this {
    this.#flush();
    this.#parts.push(sql);
    return this;
  }

  /** A response key and its colon, with the comma that parts it from the one before. */
  key(responseKey: string, first: boolean): this {
    return this.constant(`${first ? '' : ','}${JSON.stringify(responseKey)}:`);
  }

  sql(): string {
    this.#flush();
    return this.#parts.length === 0 ? "''" : this.#parts.join(' || ');
  }

  #flush(): void {
    if (this.#constant !== '') this.#parts.push(literalText(this.#constant));
    this.#constant = '';
  }
}

/** `[a,b,c]` of the texts in `column` of a derived table, in its order. */
export function jsonArraySql(column: string, rows: string): string {
  return `'[' || coalesce((SELECT string_agg(${column}, ',') FROM (${rows}) AS x), '') || ']'`;
}
