/** Statements on many records of an entity at once. Their values go as one array for each column. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import { type EntityModel, type FieldModel, VERSION_COLUMN } from '@rocket/schema';
import { Parameters, sqlType } from '../sql/parameters.ts';
import { columns, keyColumn, table, timeSql, type Values } from './record-sql.ts';

/** The arrays of a statement, side by side as the table `e`. Its columns are numbers, which no column of a document is. */
class Arrays {
  readonly parameters = new Parameters();
  readonly #arrays: string[] = [];

  /** The column of the values of all records. */
  add(values: readonly unknown[], type: string): string {
    const column = `e."${this.#arrays.length}"`;
    this.#arrays.push(this.parameters.bind(values, `${type}[]`));
    return column;
  }

  get table(): string {
    const names = this.#arrays.map((_, index) => `"${index}"`);
    return `unnest(${this.#arrays.join(', ')}) AS e(${names.join(', ')})`;
  }
}

/**
 * Adds records, each of which has a value at least. A field that one of them has is null in the others: fields with a
 * default have a value in all. Rows come back in the order of `list`.
 */
export function insertRecords(entity: EntityModel, list: readonly Values[]): Statement {
  const arrays = new Arrays();
  const place = arrays.add([...list.keys()], 'integer');
  const names: string[] = [];
  const sources: string[] = [];
  for (const field of entity.fields) {
    const source = insertedValues(field, list, arrays);
    if (source === null) continue;
    names.push(quoteIdentifier(field.name));
    sources.push(source);
  }
  return {
    text: `INSERT INTO ${table(entity)} (${names.join(', ')})
           SELECT ${sources.join(', ')} FROM ${arrays.table} ORDER BY ${place} RETURNING ${columns(entity)}`,
    values: arrays.parameters.values,
    prepare: true,
  };
}

/** Null leaves the column to its default. */
function insertedValues(field: FieldModel, list: readonly Values[], arrays: Arrays): string | null {
  if (field.auto !== undefined) return timeSql(field);
  if (!list.some((values) => values.has(field.name))) return null;
  return arrays.add(
    list.map((values) => values.get(field.name) ?? null),
    sqlType(field),
  );
}

export interface RecordUpdate {
  readonly key: string;
  readonly values: Values;
}

/**
 * As `updateRecord` of each, which all have values of the same fields and keys of their own. Rows of records that change
 * come back, in any order. Null when there is no value to write.
 */
export function updateRecords(entity: EntityModel, list: readonly RecordUpdate[]): Statement | null {
  const arrays = new Arrays();
  const key = arrays.add(
    list.map((update) => update.key),
    sqlType(entity.primaryKey),
  );
  const row = table(entity);
  const assignments: string[] = [];
  const differences: string[] = [];
  for (const field of entity.fields) {
    const column = quoteIdentifier(field.name);
    if (field.auto === 'update') assignments.push(`${column} = ${timeSql(field)}`);
    else if (list.some(({ values }) => values.has(field.name))) {
      const value = arrays.add(
        list.map(({ values }) => values.get(field.name) ?? null),
        sqlType(field),
      );
      assignments.push(`${column} = ${value}`);
      differences.push(`${row}.${column} IS DISTINCT FROM ${value}`);
    }
  }
  if (differences.length === 0) return null;
  const version = quoteIdentifier(VERSION_COLUMN);
  assignments.push(`${version} = ${row}.${version} + 1`);
  return {
    text: `UPDATE ${row} SET ${assignments.join(', ')} FROM ${arrays.table}
           WHERE ${row}.${keyColumn(entity)} = ${key} AND (${differences.join(' OR ')}) RETURNING ${columns(entity)}`,
    values: arrays.parameters.values,
    prepare: true,
  };
}
