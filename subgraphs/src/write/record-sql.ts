/** Statements on single records of an entity. All return the whole record, as {@link toRecord} reads it. */
import { quoteIdentifier, type Row, type Statement } from '@rocket/platform';
import {
  DELETED_AT_COLUMN,
  type EntityModel,
  type FieldModel,
  parseJson,
  type StoredRecord,
  VERSION_COLUMN,
} from '@rocket/schema';
import { z } from 'zod';
import { LIVE_ROWS } from '../sql/live-sql.ts';
import { Parameters, sqlType } from '../sql/parameters.ts';

const VERSION = quoteIdentifier(VERSION_COLUMN);
const DELETED_AT = quoteIdentifier(DELETED_AT_COLUMN);
const Version = z.number();

/**
 * Time of the write, in the precision of the API: milliseconds, and for a date the day in UTC. With microseconds a
 * record could not be found by the value that was read, and a date would depend on the time zone of the server.
 */
export const INSTANT_SQL = "date_trunc('milliseconds', now())";
const DAY_SQL = "(now() AT TIME ZONE 'UTC')::date";

export function timeSql(field: FieldModel): string {
  return field.type === 'date' ? DAY_SQL : INSTANT_SQL;
}

export type Values = ReadonlyMap<string, string | number | boolean | null>;

/** A row of one of these statements as a record. */
export function toRecord(entity: EntityModel, row: Row): StoredRecord {
  const values: Record<string, unknown> = Object.create(null);
  for (const [index, field] of entity.fields.entries()) values[field.name] = rowValue(field, row[index]);
  return {
    key: String(values[entity.primaryKey.name]),
    version: Version.parse(row[entity.fields.length]),
    values,
  };
}

/**
 * JSON is selected as text: parsed by the driver, its numbers would lose digits on their way into an event. Keys are
 * given as text, those of 32 bits too, which rows have as numbers.
 */
export function rowValue(field: FieldModel, value: unknown): unknown {
  if (field.type === 'int' && typeof value === 'string') return Number(value);
  return isJson(field) && typeof value === 'string' ? parseJson(value) : (value ?? null);
}

function isJson({ type }: FieldModel): boolean {
  return type === 'json' || type === 'file';
}

export interface RowLock {
  /** Whether records that are deleted are found too. */
  readonly rows: 'live' | 'all';
  /** Whoever refers to the record waits for `UPDATE`, and does not for `NO KEY UPDATE`. */
  readonly mode: 'UPDATE' | 'NO KEY UPDATE';
}

/** Locks the record until the end of the transaction. */
export function lockRecord(entity: EntityModel, key: string, lock: RowLock): Statement {
  const parameters = new Parameters();
  const where = `${keyColumn(entity)} = ${parameters.bind(key, sqlType(entity.primaryKey))}`;
  const onlyLive = lock.rows === 'live' ? live(entity) : '';
  return {
    text: `SELECT ${columns(entity)} FROM ${table(entity)} WHERE ${where}${onlyLive} FOR ${lock.mode}`,
    values: parameters.values,
    prepare: true,
  };
}

/** Records by their keys, deleted ones too. */
export function selectRecords(entity: EntityModel, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  const among = parameters.bind(keys, `${sqlType(entity.primaryKey)}[]`);
  return {
    text: `SELECT ${columns(entity)} FROM ${table(entity)} WHERE ${keyColumn(entity)} = ANY (${among})`,
    values: parameters.values,
  };
}

export function insertRecord(entity: EntityModel, values: Values): Statement {
  const parameters = new Parameters();
  const names: string[] = [];
  const sources: string[] = [];
  for (const field of entity.fields) {
    const source = insertedValue(field, values, parameters);
    if (source === null) continue;
    names.push(quoteIdentifier(field.name));
    sources.push(source);
  }
  const body = names.length === 0 ? 'DEFAULT VALUES' : `(${names.join(', ')}) VALUES (${sources.join(', ')})`;
  return {
    text: `INSERT INTO ${table(entity)} ${body} RETURNING ${columns(entity)}`,
    values: parameters.values,
    prepare: true,
  };
}

/** Null when the column gets its default. */
function insertedValue(field: FieldModel, values: Values, parameters: Parameters): string | null {
  if (field.auto !== undefined) return timeSql(field);
  const value = values.get(field.name);
  return value === undefined ? null : parameters.bind(value, sqlType(field));
}

/**
 * Writes nothing and returns no row when the record already has all of `values`, by Postgres' own equality: numbers and
 * JSON by value, times as instants, texts exactly. Null when there is no value to write.
 */
export function updateRecord(entity: EntityModel, key: string, values: Values): Statement | null {
  const parameters = new Parameters();
  const assignments: string[] = [];
  const differences: string[] = [];
  for (const field of entity.fields) {
    const column = quoteIdentifier(field.name);
    const value = values.get(field.name);
    if (field.auto === 'update') assignments.push(`${column} = ${timeSql(field)}`);
    else if (value !== undefined) {
      const bound = parameters.bind(value, sqlType(field));
      assignments.push(`${column} = ${bound}`);
      differences.push(`${column} IS DISTINCT FROM ${bound}`);
    }
  }
  if (differences.length === 0) return null;
  assignments.push(`${VERSION} = ${VERSION} + 1`);
  const where = `${keyColumn(entity)} = ${parameters.bind(key, sqlType(entity.primaryKey))}`;
  return {
    text: `UPDATE ${table(entity)} SET ${assignments.join(', ')}
           WHERE ${where} AND (${differences.join(' OR ')}) RETURNING ${columns(entity)}`,
    values: parameters.values,
    prepare: true,
  };
}

/** Soft-deletes if the entity does so. Returns the records with their mark, or as they were before a real delete. */
export function deleteRecords(entity: EntityModel, keys: readonly string[]): Statement {
  const parameters = new Parameters();
  const where = `${keyColumn(entity)} = ANY (${parameters.bind(keys, `${sqlType(entity.primaryKey)}[]`)})`;
  const action = entity.softDelete
    ? `UPDATE ${table(entity)} SET ${DELETED_AT} = ${INSTANT_SQL}, ${VERSION} = ${VERSION} + 1`
    : `DELETE FROM ${table(entity)}`;
  return {
    text: `${action} WHERE ${where} RETURNING ${columns(entity)}`,
    values: parameters.values,
    prepare: true,
  };
}

/** Takes back a soft deletion. */
export function restoreDeleted(entity: EntityModel, key: string): Statement {
  const parameters = new Parameters();
  const where = `${keyColumn(entity)} = ${parameters.bind(key, sqlType(entity.primaryKey))}`;
  const set = [`${DELETED_AT} = NULL`, ...updateMarks(entity)].join(', ');
  return {
    text: `UPDATE ${table(entity)} SET ${set} WHERE ${where} RETURNING ${columns(entity)}`,
    values: parameters.values,
    prepare: true,
  };
}

/** Assignments of every update: the version grows and automatic times are set. */
export function updateMarks(entity: EntityModel): readonly string[] {
  const automatic = entity.fields
    .filter(({ auto }) => auto === 'update')
    .map((field) => `${quoteIdentifier(field.name)} = ${timeSql(field)}`);
  return [`${VERSION} = ${VERSION} + 1`, ...automatic];
}

/** Condition to append, which excludes deleted records. */
export function live(entity: EntityModel): string {
  return entity.softDelete ? ` AND ${LIVE_ROWS}` : '';
}

/** All columns of a record, as {@link toRecord} reads them; `alias` is that of the table, where it needs one. */
export function columns(entity: EntityModel, alias?: string): string {
  const of = alias === undefined ? '' : `${alias}.`;
  const fields = entity.fields.map(
    (field) => `${of}${quoteIdentifier(field.name)}${isJson(field) ? '::text' : ''}`,
  );
  return [...fields, `${of}${VERSION}`].join(', ');
}

export function table(entity: EntityModel): string {
  return quoteIdentifier(entity.table);
}

export function keyColumn(entity: EntityModel): string {
  return quoteIdentifier(entity.primaryKey.name);
}
