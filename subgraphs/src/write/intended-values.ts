/** The record that a create or update would leave, for when the database refuses to return it. */
import { randomUUID } from 'node:crypto';
import type { FieldModel, FilterRecord } from '@rocket/schema';
import { rowValue } from './record-sql.ts';
import type { SaveState } from './write-state.ts';

/**
 * The record by field name, with values as rows have them. A key that the database would have generated is replaced by
 * one that no record has, or by null for an identity column, so that no policy can allow the write because of the key.
 */
export function intendedValues(state: SaveState): FilterRecord {
  const { entity, values, current } = state;
  const intended: Record<string, unknown> = Object.create(null);
  for (const field of entity.fields) {
    const value = values.get(field.name);
    if (isSetNow(state, field)) intended[field.name] = timeNow(field);
    else if (value !== undefined) intended[field.name] = rowValue(field, value);
    else intended[field.name] = current?.values[field.name] ?? newValue(state, field);
  }
  return intended;
}

function isSetNow({ current }: SaveState, { auto }: FieldModel): boolean {
  return auto !== undefined && (current === null || auto === 'update');
}

function timeNow({ type }: FieldModel): string {
  const now = new Date().toISOString();
  return type === 'date' ? now.slice(0, 'YYYY-MM-DD'.length) : now;
}

function newValue({ entity, current }: SaveState, { isPrimaryKey }: FieldModel): string | null {
  return isPrimaryKey && current === null && entity.keyGeneration === 'uuid' ? randomUUID() : null;
}
