/** Texts that Postgres can store and index. */
import { type FieldModel, textProblem } from '@rocket/schema';

/**
 * A btree entry holds 2,704 bytes. A foreign key shares its entry with a key, and a join table's has two of them.
 * Refused here, with the field's name, rather than by the index with an internal error.
 */
const MAX_KEY_BYTES = 1_000;
const MAX_INDEXED_BYTES = 2_600;

interface Problem {
  readonly rule: string;
  readonly message: string;
}

export function inputTextProblem(field: FieldModel, value: string): Problem | null {
  if (textProblem(value) !== null)
    return { rule: 'type', message: 'must not contain NUL or half a surrogate pair' };
  const maxBytes = maxBytesOf(field);
  if (maxBytes === null || Buffer.byteLength(value) <= maxBytes) return null;
  return { rule: 'max_length', message: `must have at most ${maxBytes} bytes, since it is indexed` };
}

function maxBytesOf(field: FieldModel): number | null {
  if (field.isPrimaryKey || field.isForeignKey) return MAX_KEY_BYTES;
  return field.unique || field.indexed ? MAX_INDEXED_BYTES : null;
}
