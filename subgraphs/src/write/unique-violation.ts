import { isPostgresError, POSTGRES_CODES } from '@rocket/platform';
import type { FieldModel, UserError } from '@rocket/schema';
import { desiredTables } from '../tables/desired-tables.ts';
import type { SaveState } from './write-state.ts';

/** The field of this entity whose unique index refused a statement; null when it failed for another reason. */
export function violatedField({ model, entity }: SaveState, error: unknown): FieldModel | null {
  if (!isPostgresError(error) || error.code !== POSTGRES_CODES.uniqueViolation) return null;
  // Index names are assigned over all tables of the model, so they cannot be derived from one entity alone.
  const table = desiredTables(model).find(({ name }) => name === entity.table);
  const key = table?.primaryKey;
  const column =
    key?.name === error.constraint
      ? key?.columns[0]
      : table?.indexes.find(({ name }) => name === error.constraint)?.columns[0];
  return column === undefined ? null : (entity.fieldByName.get(column) ?? null);
}

export function uniqueViolation(state: SaveState, field: FieldModel): UserError {
  return {
    code: 'UNIQUE_VIOLATION',
    message: `${field.graphqlName} is already taken`,
    path: [...state.path, field.graphqlName],
    rule: 'unique',
  };
}
