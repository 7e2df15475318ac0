/** Values that callers name, as they are bound to SQL. */
import type { FilterValue } from '../filter/filter.ts';
import type { FieldModel } from '../model/app-model.ts';
import { badInput, type InputPath } from './input-place.ts';
import { keyValue } from './key-value.ts';

/**
 * A value of a field, already coerced by the executor, as it is bound to SQL. Enum members, which arrive by their
 * GraphQL name, become the stored value.
 * @throws RocketError `BAD_USER_INPUT` that names the place
 */
export function operandValue(field: FieldModel, value: unknown, path: InputPath): FilterValue {
  if (value === null || value === undefined) throw badInput(path, 'may not be null');
  if (field.isPrimaryKey || field.isForeignKey) {
    const key = keyValue(field, value);
    if (key === null) throw badInput(path, `is not a valid ${field.type} key`);
    return key;
  }
  if (field.enumMembers !== undefined) return enumValue(field.enumMembers, value, path);
  if (typeof value === 'string') return storableText(value, path);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  throw badInput(path, 'has a value of the wrong type');
}

function enumValue(members: ReadonlyMap<string, string>, value: unknown, path: InputPath): string {
  const stored = typeof value === 'string' ? members.get(value) : undefined;
  if (stored === undefined) throw badInput(path, `must be one of ${[...members.keys()].join(', ')}`);
  return stored;
}

/**
 * Postgres refuses NUL. Half of a surrogate pair has no UTF-8 form: it would be sent as U+FFFD and find other texts.
 * @throws RocketError `BAD_USER_INPUT`
 */
export function storableText(value: unknown, path: InputPath): string {
  if (typeof value !== 'string') throw badInput(path, 'must be a text');
  if (value.includes('\0')) throw badInput(path, 'may not contain a NUL character');
  if (!value.isWellFormed()) throw badInput(path, 'may not contain half of a surrogate pair');
  return value;
}
