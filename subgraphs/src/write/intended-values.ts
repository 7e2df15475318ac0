/** The record that a create or update would leave, before the database has returned it. */
import { randomUUID } from 'node:crypto';
import { type FieldModel, uuidText } from '@rocket/schema';
import { rowValue } from './record-sql.ts';
import type { SaveState } from './write-state.ts';

/**
 * The record by field name, with values as rows have them. A key that the database would have generated is replaced by
 * one that no record has, or by null for an identity column, so that no policy can allow the write because of the key.
 */
export function intendedValues(state: SaveState): Record<string, unknown> {
  const { entity, values, current } = state;
  const intended: Record<string, unknown> = Object.create(null);
  for (const field of entity.fields) {
    const value = values.get(field.name);
    if (isSetNow(state, field)) intended[field.name] = timeNow(field, state.now);
    else if (value !== undefined) intended[field.name] = intendedValue(field, value);
    else intended[field.name] = current?.values[field.name] ?? newValue(state, field);
  }
  return intended;
}

/** A file is known by its id until its description is looked up. */
function intendedValue(field: FieldModel, value: unknown): unknown {
  const id = field.type === 'file' ? uuidText(value) : null;
  return id === null ? rowValue(field, value) : { id };
}

function isSetNow({ current }: SaveState, { auto }: FieldModel): boolean {
  return auto !== undefined && (current === null || auto === 'update');
}

/** An instant as the field holds it. */
export function timeNow({ type }: FieldModel, now: Date): string {
  const text = now.toISOString();
  return type === 'date' ? text.slice(0, 'YYYY-MM-DD'.length) : text;
}

function newValue({ entity, current }: SaveState, { isPrimaryKey }: FieldModel): string | null {
  return isPrimaryKey && current === null && entity.keyGeneration === 'uuid' ? randomUUID() : null;
}
