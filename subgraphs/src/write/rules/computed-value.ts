/** The result of a computed field's expression, in the form that is bound to SQL. */
import {
  dateText,
  documentDecimal,
  documentTimestamp,
  type FieldModel,
  numberText,
  roundedDecimal,
} from '@rocket/schema';
import { type InputValue, inputValue } from '../input-value.ts';

/**
 * Kinds are not turned into each other, but a decimal is rounded to what its column holds: expressions cannot round.
 * Null is not a value of any type; the caller decides about it first.
 */
export function computedValue(field: FieldModel, result: unknown): InputValue {
  return inputValue(field, fitted(field, result));
}

function fitted(field: FieldModel, result: unknown): unknown {
  switch (field.type) {
    case 'int':
      return field.isForeignKey ? numberText(result) : result;
    case 'bigint':
      return numberText(result);
    case 'float':
      return numberText(result) === null ? null : result;
    case 'decimal': {
      const text = numberText(result) === null ? null : documentDecimal(result);
      return text === null || field.scale === undefined ? text : roundedDecimal(text, field.scale);
    }
    case 'date':
      return dateText(result) ?? documentTimestamp(result)?.slice(0, 'YYYY-MM-DD'.length);
    case 'timestamp':
      return documentTimestamp(result);
    default:
      return result;
  }
}
