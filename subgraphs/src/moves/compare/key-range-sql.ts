/** Statements about ranges of a table's primary key. Keys come and go as texts, which both servers read alike. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { ComparedKeyColumn, ComparedTable } from './read-compared-tables.ts';
import { ROW, rowHash, rowsChecksum } from './row-hash.ts';

/** The texts of a primary key's values. */
export type Key = readonly string[];

/** Rows after one key and up to another; null is an open end. */
export interface KeyRange {
  readonly table: ComparedTable;
  readonly after: Key | null;
  readonly upTo: Key | null;
}

/** Row: count and checksum of a range. */
export function selectRangeChecksum(range: KeyRange): Statement {
  const values: unknown[] = [];
  const where = rangeCondition(range, values);
  return { text: `SELECT ${rowsChecksum(range.table.columns)} ${from(range.table)} ${where}`, values };
}

/** Row: the key that ends the first `rows` rows of a range; none when there are fewer. */
export function selectBoundary(range: KeyRange, rows: number): Statement {
  const values: unknown[] = [];
  const where = rangeCondition(range, values);
  values.push(rows - 1);
  return {
    text: `SELECT ${keyTexts(range.table)} ${from(range.table)} ${where} ${orderBy(range.table)}
           OFFSET $${values.length}::bigint LIMIT 1`,
    values,
  };
}

/** Rows: hash and key of the first rows of a range. */
export function selectRangeRows(range: KeyRange, limit: number): Statement {
  const values: unknown[] = [];
  const where = rangeCondition(range, values);
  values.push(limit);
  return {
    text: `SELECT ${rowHash(range.table.columns)}::text, ${keyTexts(range.table)} ${from(range.table)} ${where}
           ${orderBy(range.table)} LIMIT $${values.length}::bigint`,
    values,
  };
}

/** Rows: hash and key of those of some rows that exist. */
export function selectRowsByKey(table: ComparedTable, keys: readonly Key[]): Statement {
  const values: unknown[] = [];
  const wanted = keys.map((key) => boundKey(table, key, values));
  return {
    text: `SELECT ${rowHash(table.columns)}::text, ${keyTexts(table)} ${from(table)}
           WHERE ${keyRow(table)} IN (${wanted.join(', ')})`,
    values,
  };
}

function from(table: ComparedTable): string {
  return `FROM public.${quoteIdentifier(table.name)} AS ${ROW}`;
}

/** Columns are written with their table: ORDER BY would take a plain name for the text in the select list. */
function keyColumn({ name, collation }: ComparedKeyColumn): string {
  const column = `${ROW}.${quoteIdentifier(name)}`;
  return collation === 'C' ? `${column} COLLATE "C"` : column;
}

function keyRow(table: ComparedTable): string {
  return `(${table.key.map(keyColumn).join(', ')})`;
}

function keyTexts(table: ComparedTable): string {
  return table.key.map(({ name }) => `${ROW}.${quoteIdentifier(name)}::text`).join(', ');
}

function orderBy(table: ComparedTable): string {
  return `ORDER BY ${table.key.map(keyColumn).join(', ')}`;
}

function boundKey(table: ComparedTable, key: Key, values: unknown[]): string {
  return `(${table.key.map(({ type }, index) => `$${values.push(key[index])}::${type}`).join(', ')})`;
}

function rangeCondition({ table, after, upTo }: KeyRange, values: unknown[]): string {
  const conditions: string[] = [];
  const first = table.key[0];
  for (const [operator, key] of [['>', after] as const, ['<=', upTo] as const]) {
    if (key === null || first === undefined) continue;
    const start = values.length + 1;
    conditions.push(`${keyRow(table)} ${operator} ${boundKey(table, key, values)}`);
    // Follows from the other, but Postgres does not see how few rows lie between two bounds of several columns.
    if (table.key.length > 1) {
      conditions.push(`${keyColumn(first)} ${operator === '>' ? '>=' : '<='} $${start}::${first.type}`);
    }
  }
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
