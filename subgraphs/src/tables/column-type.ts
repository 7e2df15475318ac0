import type { FieldModel, ScalarType } from '@rocket/schema';

/** Total digits of a decimal whose scale is declared. */
export const DECIMAL_DIGITS = 18;

/** Spelled as Postgres prints them, so that a plan can compare them with the catalog as text. */
const COLUMN_TYPE: Readonly<Record<ScalarType, string>> = {
  string: 'text',
  int: 'integer',
  bigint: 'bigint',
  float: 'double precision',
  decimal: 'numeric',
  boolean: 'boolean',
  uuid: 'uuid',
  timestamp: 'timestamp with time zone',
  date: 'date',
  json: 'jsonb',
  file: 'jsonb',
};

/** Type of the column that stores a field. */
export function columnType(field: FieldModel): string {
  if (field.type === 'decimal' && field.scale !== undefined)
    return `numeric(${DECIMAL_DIGITS},${field.scale})`;
  return COLUMN_TYPE[field.type];
}
