/** A value as GraphQL delivers it, in the form that is bound to SQL. Strict: nothing is guessed, cut or rounded. */
import { type FieldModel, keyValue } from '@rocket/schema';
import { bigintText, decimalProblem, decimalText, floatNumber, isInt32 } from './input-number.ts';
import { storableJson, textProblem } from './input-text.ts';
import { dateText, timestampText } from './input-time.ts';

export type InputValue =
  | { readonly ok: true; readonly value: string | number | boolean }
  /** `rule` is that of a UserError; `message` completes "{field} ...". */
  | { readonly ok: false; readonly rule: string; readonly message: string };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

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
      return orWrongType(bigintText(value), 'must be an integer of 64 bits, given as text');
    case 'float':
      return floatValue(value);
    case 'decimal':
      return decimalValue(field, value);
    case 'boolean':
      return typeof value === 'boolean' ? good(value) : wrongType('must be true or false');
    case 'uuid':
      return orWrongType(uuidText(value), 'must be a UUID');
    case 'timestamp':
      return orWrongType(timestampText(value), 'must be an ISO 8601 timestamp such as 2026-01-31T12:00:00Z');
    case 'date':
      return orWrongType(dateText(value), 'must be a calendar date such as 2026-01-31');
    case 'json':
      return orWrongType(
        storableJson(value),
        'must be a JSON value without NUL characters, not nested too deeply, with numbers of at most 1,000 digits',
      );
    case 'file':
      return orWrongType(uuidText(value), 'must be the id of an uploaded file');
    default:
      return field.type satisfies never;
  }
}

function textValue(field: FieldModel, value: string): InputValue {
  const problem = textProblem(field, value);
  return problem === null ? good(value) : { ok: false, ...problem };
}

function floatValue(value: unknown): InputValue {
  const number = floatNumber(value);
  return number === null ? wrongType('must be a number') : good(number);
}

function decimalValue(field: FieldModel, value: unknown): InputValue {
  const text = decimalText(value);
  if (text === null) return wrongType('must be a decimal number, given as text');
  const problem = decimalProblem(text, field.scale);
  return problem === null ? good(text) : { ok: false, rule: 'precision', message: problem };
}

function uuidText(value: unknown): string | null {
  return typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : null;
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
