import { DECIMAL_DIGITS, type FieldModel } from '@rocket/schema';
import { sqlType } from '../sql/parameters.ts';

/**
 * Type of the column that stores a field, spelled as Postgres prints it: a plan compares it with the catalog as text.
 */
export function columnType(field: FieldModel): string {
  if (field.type === 'timestamp') return 'timestamp with time zone';
  if (field.type === 'decimal' && field.scale !== undefined) {
    return `numeric(${DECIMAL_DIGITS},${field.scale})`;
  }
  return sqlType(field);
}
