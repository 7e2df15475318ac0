/** Literal values in DDL, where nothing can be bound. Statements on data bind their values instead. */
import { type FieldModel, type JsonValue, RocketError, textProblem } from '@rocket/schema';
import { columnType } from './column-type.ts';

/**
 * A text constant. Backslashes make it an escape string, since a server may run with `standard_conforming_strings`
 * off, where they would be read as escapes in a plain one.
 * @throws RocketError `DOCUMENT_INVALID` for a NUL, which Postgres cannot store.
 */
export function quoteLiteral(text: string): string {
  if (textProblem(text) === 'nul')
    throw new RocketError('DOCUMENT_INVALID', 'A default value contains a NUL character');
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** Value of a field as a constant of its column's type. */
export function literalSql(field: FieldModel, value: JsonValue): string {
  const isJson = field.type === 'json' || field.type === 'file';
  const text = isJson ? JSON.stringify(value) : String(value);
  return `${quoteLiteral(text)}::${columnType(field)}`;
}
