/** Bound values of one statement under construction. */
import type { FieldModel, ScalarType } from '@rocket/schema';

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

export class Parameters {
  readonly values: unknown[] = [];

  /** Binds a value and returns its place in the text, with its type. */
  bind(value: unknown, type: string): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}
