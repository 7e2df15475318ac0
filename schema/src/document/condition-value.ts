import { MAX_PATTERN_LENGTH } from '../filter/like-pattern.ts';
import type { ScalarType } from '../model/field-model.ts';
import { scalarType } from '../values/scalar-type.ts';
import { coerceValue, type ValueType } from './coerce-value.ts';
import type { ConditionDefinition, ConditionOperator, FieldDefinition, JsonValue } from './types.ts';

/** Properties of the caller that a condition may name: `{"user": "id"}`. */
export const CALLER_PROPERTIES = ['id', 'email'] as const;
export type CallerProperty = (typeof CALLER_PROPERTIES)[number];

export type ConditionValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'one'; readonly value: string | number | boolean }
  | { readonly kind: 'many'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'caller'; readonly property: CallerProperty };

export type ReadCondition =
  | { readonly ok: true; readonly value: ConditionValue }
  | { readonly ok: false; readonly message: string; readonly hint?: string };

/** Operators that compare with values. With a value that the field cannot have they hold for no record, or for all. */
export const ASKS_FOR_VALUES: ReadonlySet<ConditionOperator> = new Set(['eq', 'neq', 'in', 'not_in']);
const EQUALITY: ReadonlySet<ConditionOperator> = new Set(['eq', 'neq']);
const LISTS: ReadonlySet<ConditionOperator> = new Set(['in', 'not_in']);
const INCOMPARABLE: ReadonlySet<ScalarType> = new Set(['json', 'file']);
/** A pattern that ends in a backslash with nothing to escape, which is an error in SQL. */
const DANGLING_ESCAPE = /(?:^|[^\\])(?:\\\\)*\\$/;

/** Reads the operand of a condition against its field: literals coerced to the field's type, or the caller. */
export function readConditionValue(condition: ConditionDefinition, field: FieldDefinition): ReadCondition {
  const { operator, value } = condition;
  const type = scalarType(field.type);
  if (value === null) {
    return EQUALITY.has(operator)
      ? { ok: true, value: { kind: 'null' } }
      : refuse('Only eq and neq compare with null');
  }
  if (INCOMPARABLE.has(type)) return refuse(`A ${field.type} field can only be compared with null`);
  const property = callerProperty(value);
  if (property !== undefined) return readCaller(operator, type, property);
  if (LISTS.has(operator)) return readList({ type, scale: field.precision }, value);
  if (operator === 'like') return readPattern(type, value);
  return readOne({ type, scale: field.precision }, value);
}

function refuse(message: string, hint?: string): ReadCondition {
  return hint === undefined ? { ok: false, message } : { ok: false, message, hint };
}

function callerProperty(value: JsonValue): JsonValue | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === 'user')?.[1];
}

function readCaller(operator: ConditionOperator, type: ScalarType, named: JsonValue): ReadCondition {
  const property = CALLER_PROPERTIES.find((known) => known === named);
  if (property === undefined) {
    return refuse('The caller has no such property', `Known: ${CALLER_PROPERTIES.join(', ')}`);
  }
  if (!EQUALITY.has(operator)) return refuse('Only eq and neq compare with the caller');
  const fits = type === 'string' || (type === 'uuid' && property === 'id');
  return fits
    ? { ok: true, value: { kind: 'caller', property } }
    : refuse(`A ${type} field cannot be compared with the caller's ${property}`);
}

function readOne(of: ValueType, value: JsonValue): ReadCondition {
  const coerced = coerceValue(of, value);
  if (!coerced.ok) return refuse(`${JSON.stringify(value)} must be ${coerced.expected}`);
  return isScalar(coerced.value)
    ? { ok: true, value: { kind: 'one', value: coerced.value } }
    : refuse('The value must be a single one');
}

function readList(of: ValueType, value: JsonValue): ReadCondition {
  if (!isList(value)) return refuse('in and not_in need a list of values');
  if (value.length === 0) return refuse('The list of values is empty');
  const values: (string | number | boolean)[] = [];
  for (const item of value) {
    const one = item === null ? refuse('null cannot be in the list', 'It equals nothing') : readOne(of, item);
    if (!one.ok) return one;
    if (one.value.kind === 'one') values.push(one.value.value);
  }
  return { ok: true, value: { kind: 'many', values } };
}

function readPattern(type: ScalarType, value: JsonValue): ReadCondition {
  if (type !== 'string') return refuse('like compares texts only');
  if (typeof value !== 'string') return refuse(`${JSON.stringify(value)} must be a text`);
  if (value.length > MAX_PATTERN_LENGTH) {
    return refuse(`The pattern may have at most ${MAX_PATTERN_LENGTH} characters`);
  }
  if (DANGLING_ESCAPE.test(value)) return refuse('The pattern ends in a lone backslash');
  return { ok: true, value: { kind: 'one', value } };
}

function isScalar(value: JsonValue): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
