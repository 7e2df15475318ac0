/**
 * Values as JSON text, made by SQL. An answer leaves the database as the text that is sent to the client: nothing in
 * between parses it, so nothing rounds a number or shifts a date, and no process spends time on it.
 */
import type { FieldModel, ScalarType } from '@rocket/schema';
import { literalText } from './literal-text.ts';

/** What decides the spelling of a value. */
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

/** SQL of type text that is never null: concatenation with a null would lose the whole answer. */
export function jsonValueSql(column: string, value: JsonValueType): string {
  const text = notNullSql(column, value);
  return value.nullable || NULLED.has(value.type) ? `coalesce(${text}, 'null')` : text;
}

/** Types whose text can be null where the value is not: what JSON has no spelling for (infinite times, NaN). */
const NULLED: ReadonlySet<ScalarType> = new Set<ScalarType>(['timestamp', 'float']);

/** Null for null. */
function notNullSql(column: string, value: JsonValueType): string {
  if (value.enumMembers !== undefined) return enumSql(column, value.enumMembers);
  if (value.isId) return value.type === 'string' ? `to_json(${column})::text` : quoted(`${column}::text`);
  switch (value.type) {
    case 'string':
      return `to_json(${column})::text`;
    case 'int':
    case 'boolean':
    case 'json':
      return `${column}::text`;
    case 'bigint':
    case 'decimal':
    case 'uuid':
      return quoted(`${column}::text`);
    case 'float':
      return `CASE WHEN abs(${column}) < 'Infinity' THEN ${column}::text END`;
    case 'timestamp':
      return quoted(`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
    case 'date':
      // Not a cast to text, which follows the session's DateStyle.
      return `to_json(${column})::text`;
    case 'file':
      throw new TypeError('A file is selected by its parts');
    default:
      return value.type satisfies never;
  }
}

/** Only for texts without quotes, backslashes and control characters. */
function quoted(text: string): string {
  return `'"' || ${text} || '"'`;
}

function enumSql(column: string, members: ReadonlyMap<string, string>): string {
  const plain = [...members].every(
    ([member, value]) => value.toUpperCase() === member && /^\w+$/.test(value),
  );
  if (plain) return quoted(`upper(${column} COLLATE "C")`);
  const cases = [...members].map(
    ([member, value]) => `WHEN ${literalText(value)} THEN ${literalText(`"${member}"`)}`,
  );
  // A value that is not listed cannot be stored; if it was, it is shown rather than hidden.
  return `CASE ${column} ${cases.join(' ')} ELSE to_json(${column})::text END`;
}
