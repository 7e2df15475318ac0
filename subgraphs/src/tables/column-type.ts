import type { FieldModel } from '@rocket/schema';
import { sqlType } from '../sql/parameters.ts';

/** Total digits of a decimal whose scale is declared. */
export const DECIMAL_DIGITS = 18;

/** Type of the column that stores a field, spelled as Postgres prints it: a plan compares it with the catalog as text. */
export function columnType(field: FieldModel): string {
  if (field.type === 'timestamp') return 'timestamp with time zone';
  if (field.type === 'decimal' && field.scale !== undefined) {
    return `numeric(${DECIMAL_DIGITS},${field.scale})`;
  }
  return sqlType(field);
}
