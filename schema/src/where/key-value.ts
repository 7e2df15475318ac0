/** Keys arrive as GraphQL IDs, that is as text; the column may be a UUID, a number or text. */
import type { FieldModel } from '../model/app-model.ts';
import { numberText } from '../values/exact-json.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const INTEGER = /^-?(0|[1-9]\d{0,18})$/;
const INT_MAX = 2_147_483_647n;
const BIGINT_MAX = 9_223_372_036_854_775_807n;

/**
 * The key as it is bound to SQL, in the form the database returns it, so that answers can be matched by text.
 * Null when the text cannot be a key of this column: then there is no such record, which is not an error.
 */
export function keyValue(field: FieldModel, id: unknown): string | null {
  const text = typeof id === 'string' ? id : typeof id === 'bigint' ? String(id) : numberText(id);
  if (text === null) return null;
  switch (field.type) {
    case 'uuid':
      return UUID.test(text) ? text.toLowerCase() : null;
    case 'int':
      return integerKey(text, INT_MAX);
    case 'bigint':
      return integerKey(text, BIGINT_MAX);
    default:
      return text.includes('\0') || !text.isWellFormed() ? null : text;
  }
}

function integerKey(text: string, max: bigint): string | null {
  if (!INTEGER.test(text)) return null;
  const value = BigInt(text);
  return value <= max && value >= -max - 1n ? value.toString() : null;
}
