/** Keys arrive as GraphQL IDs, that is as text; the column may be a UUID, a number or text. */
import type { FieldModel } from '../model/field-model.ts';
import { numberText } from '../values/exact-json.ts';
import { integerKey } from '../values/integers.ts';
import { textProblem } from '../values/texts.ts';
import { uuidText } from '../values/uuid.ts';

/**
 * The key as it is bound to SQL, in the form the database returns it, so that answers can be matched by text.
 * Null when the text cannot be a key of this column: then there is no such record, which is not an error.
 */
export function keyValue(field: FieldModel, id: unknown): string | null {
  const text = typeof id === 'string' ? id : typeof id === 'bigint' ? String(id) : numberText(id);
  if (text === null) return null;
  switch (field.type) {
    case 'uuid':
      return uuidText(text);
    case 'int':
    case 'bigint':
      return integerKey(text, field.type);
    default:
      return textProblem(text) === null ? text : null;
  }
}
