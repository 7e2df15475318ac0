import { storedDecimal } from '../../values/decimals.ts';
import { scalarType } from '../../values/scalar-type.ts';
import { coerceValue } from '../coerce-value.ts';
import { formatPath, type JsonPath } from '../faults/json-path.ts';
import { showValue } from '../faults/show-value.ts';
import type { FieldDefinition, JsonValue, SampleRow } from '../types.ts';
import type { CheckContext, EntityEntry, Located } from './context.ts';

/** Columns whose values, taken together, no two rows of a table share. */
export interface UniqueColumns {
  readonly columns: readonly FieldDefinition[];
  /** The engine makes a value where a row gives none. */
  readonly isGenerated: boolean;
}

export function uniqueColumnsOf({ value: entity, fields }: EntityEntry): UniqueColumns[] {
  const key = entity.primary_key;
  return [...fields.values()]
    .filter((field) => field.name === key.field || field.unique === true)
    .map((field) => ({
      columns: [field],
      isGenerated: field.name === key.field && key.generated === true,
    }));
}

/**
 * Rows that clash within the document. Rows that are in the database already are passed over when sample data is
 * inserted, so the second of two such rows would be dropped silently.
 * @param rows with coerced values
 */
export function checkSampleClashes(
  context: CheckContext,
  unique: readonly UniqueColumns[],
  rows: readonly Located<SampleRow>[],
): void {
  for (const of of unique) {
    const seen = new Map<string, JsonPath>();
    for (const row of rows) {
      const text = keyText(of, row.value);
      if (text === null) continue;
      const place = placeOf(of, row);
      const first = seen.get(text);
      if (first === undefined) seen.set(text, place);
      else reportClash(context, of, { value: row.value, path: place }, first);
    }
  }
}

function reportClash(
  context: CheckContext,
  { columns }: UniqueColumns,
  { value: row, path }: Located<SampleRow>,
  first: JsonPath,
): void {
  const [column, ...others] = columns;
  if (column === undefined) return;
  const message =
    others.length > 0
      ? `The row repeats the one at ${formatPath(first)}`
      : `${showValue(rowValue(column, row))} is already the value of ${JSON.stringify(column.name)} at ${formatPath(first)}`;
  context.faults.error(path, message, 'Only the first of them could be stored');
}

/** The place of the value if the row names it; the place of the row for a default value or several columns. */
function placeOf({ columns }: UniqueColumns, { value, path }: Located<SampleRow>): JsonPath {
  const [column, ...others] = columns;
  return column !== undefined && others.length === 0 && Object.hasOwn(value, column.name)
    ? [...path, column.name]
    : path;
}

/** One text for values that are one value to Postgres; null where there is none, which clashes with nothing. */
function keyText({ columns, isGenerated }: UniqueColumns, row: SampleRow): string | null {
  const values = columns.map((column) =>
    isGenerated && !Object.hasOwn(row, column.name) ? null : storedValue(column, rowValue(column, row)),
  );
  return values.includes(null) ? null : JSON.stringify(values);
}

/** What the row gives, or the field's default. */
function rowValue(column: FieldDefinition, row: SampleRow): JsonValue {
  if (Object.hasOwn(row, column.name)) return row[column.name] ?? null;
  if (column.default === undefined || column.default === null) return null;
  const coerced = coerceValue({ type: scalarType(column.type), scale: column.precision }, column.default);
  return coerced.ok ? coerced.value : null;
}

function storedValue(column: FieldDefinition, value: JsonValue): JsonValue {
  return column.type === 'decimal' && typeof value === 'string'
    ? storedDecimal(value, column.precision)
    : value;
}
