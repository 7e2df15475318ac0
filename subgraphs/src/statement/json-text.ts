/**
 * Values as JSON text, made by SQL. An answer leaves the database as the text that is sent to the client: nothing in
 * between parses it, so nothing rounds a number or shifts a date, and no process spends time on it.
 */
import type { FieldModel, ScalarType } from '@rocket/schema';
import { literalText } from '../sql/literal-text.ts';
import { JsonConcat, jsonString } from './json-concat.ts';

/** What decides the JSON form of a value. */
export interface JsonValueType {
  readonly type: ScalarType;
  readonly nullable: boolean;
  /** Keys are GraphQL IDs: texts, whatever their column holds. */
  readonly isId: boolean;
  /** GraphQL enum member -> stored value. */
  readonly enumMembers?: ReadonlyMap<string, string> | undefined;
}

export function fieldValueType(field: FieldModel): JsonValueType {
  const { type, nullable, enumMembers } = field;
  return { type, nullable, isId: field.isPrimaryKey || field.isForeignKey, enumMembers };
}

/** The value's JSON. Never null: concatenation with a null would lose the whole answer. */
export function jsonValue(column: string, value: JsonValueType): JsonConcat {
  const text = notNull(column, value);
  if (!value.nullable && !NULLED.has(value.type)) return text;
  return new JsonConcat().expression(`coalesce(${text.sql()}, 'null')`);
}

/** Types with non-null values that JSON cannot express (infinite times, NaN): their text is null then. */
const NULLED: ReadonlySet<ScalarType> = new Set<ScalarType>(['timestamp', 'float']);

/** The JSON text of a value; SQL's null for null. */
function notNull(column: string, value: JsonValueType): JsonConcat {
  if (value.enumMembers !== undefined) return enumText(column, value.enumMembers);
  if (value.isId && value.type !== 'string') return jsonString(`${column}::text`);
  switch (value.type) {
    case 'string':
      return new JsonConcat().expression(`to_json(${column})::text`);
    case 'int':
    case 'boolean':
    case 'json':
      return new JsonConcat().expression(`${column}::text`);
    case 'bigint':
    case 'decimal':
    case 'uuid':
      return jsonString(`${column}::text`);
    case 'float':
      return new JsonConcat().expression(`CASE WHEN abs(${column}) < 'Infinity' THEN ${column}::text END`);
    case 'timestamp':
      return jsonString(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
    case 'date':
      // Not a cast to text, which follows the session's DateStyle.
      return new JsonConcat().expression(`to_json(${column})::text`);
    case 'file':
      throw new TypeError('A file is selected by its parts');
    default:
      return value.type satisfies never;
  }
}

function enumText(column: string, members: ReadonlyMap<string, string>): JsonConcat {
  const plain = [...members].every(
    ([member, value]) => value.toUpperCase() === member && /^\w+$/.test(value),
  );
  if (plain) return jsonString(`upper(${column} COLLATE "C")`);
  const cases = [...members].map(
    ([member, value]) => `WHEN ${literalText(value)} THEN ${literalText(`"${member}"`)}`,
  );
  // Unlisted values cannot be stored; if there is one anyway, it is shown rather than hidden.
  return new JsonConcat().expression(`CASE ${column} ${cases.join(' ')} ELSE to_json(${column})::text END`);
}
