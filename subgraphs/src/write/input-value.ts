/** A value as GraphQL delivers it, in the form that is bound to SQL. Strict: nothing is guessed, cut or rounded. */
import {
  dateText,
  decimalExcess,
  type FieldModel,
  inputBigint,
  inputDecimal,
  inputJsonProblem,
  inputTimestamp,
  isInt32,
  keyValue,
  nearestDouble,
  uuidText,
} from '@rocket/schema';
import { inputTextProblem } from './input-text.ts';

export type InputValue =
  | { readonly ok: true; readonly value: string | number | boolean }
  /** `rule` is that of a UserError; `message` completes "{field} ...". */
  | { readonly ok: false; readonly rule: string; readonly message: string };

/** What JSON that is stored must be; it completes "{field} ...". */
export const JSON_RULE =
  'must be a JSON value without NUL characters, not nested too deeply, with numbers of at most 1,000 digits';

/** Null and undefined are not values of any type; the caller decides about them first. */
export function inputValue(field: FieldModel, value: unknown): InputValue {
  // Keys are of GraphQL's type ID, so numbers among them come as text.
  const isKey = field.isPrimaryKey || field.isForeignKey;
  if (isKey && field.type !== 'string')
    return orWrongType(keyValue(field, value), `must be a key of type ${field.type}`);
  switch (field.type) {
    case 'string':
      return typeof value === 'string' ? textValue(field, value) : wrongType('must be a text');
    case 'int':
      return isInt32(value) ? good(value) : wrongType('must be an integer of 32 bits');
    case 'bigint':
      return orWrongType(inputBigint(value), 'must be an integer of 64 bits, given as text');
    case 'float':
      return floatValue(value);
    case 'decimal':
      return decimalValue(field, value);
    case 'boolean':
      return typeof value === 'boolean' ? good(value) : wrongType('must be true or false');
    case 'uuid':
      return orWrongType(uuidText(value), 'must be a UUID');
    case 'timestamp':
      return orWrongType(inputTimestamp(value), 'must be an ISO 8601 timestamp such as 2026-01-31T12:00:00Z');
    case 'date':
      return orWrongType(dateText(value), 'must be a calendar date such as 2026-01-31');
    case 'json':
      return orWrongType(inputJsonProblem(value) === null ? JSON.stringify(value) : null, JSON_RULE);
    case 'file':
      return orWrongType(uuidText(value), 'must be the id of an uploaded file');
    default:
      return field.type satisfies never;
  }
}

function textValue(field: FieldModel, value: string): InputValue {
  const problem = inputTextProblem(field, value);
  return problem === null ? good(value) : { ok: false, ...problem };
}

function floatValue(value: unknown): InputValue {
  const number = nearestDouble(value);
  return number === null ? wrongType('must be a number') : good(number);
}

function decimalValue(field: FieldModel, value: unknown): InputValue {
  const text = inputDecimal(value);
  if (text === null) return wrongType('must be a decimal number, given as text');
  const excess = decimalExcess(text, field.scale);
  if (excess === null) return good(text);
  const where = { all: '', whole: ' before the point', fraction: ' behind the point' };
  const message = `must have at most ${excess.max} digits${where[excess.digits]}`;
  return { ok: false, rule: 'precision', message };
}

function good(value: string | number | boolean): InputValue {
  return { ok: true, value };
}

function orWrongType(value: string | null, message: string): InputValue {
  return value === null ? wrongType(message) : good(value);
}

function wrongType(message: string): InputValue {
  return { ok: false, rule: 'type', message };
}
