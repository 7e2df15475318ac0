/** Statements that insert sample rows: many rows each, as one JSON array that Postgres expands. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { EntityModel, FieldModel, JoinTableModel } from '@rocket/schema';
import { describedFileSql } from '../sql/stored-file.ts';
import { columnType } from '../tables/column-type.ts';
import { FILES_TABLE } from '../tables/system-tables.ts';
import { timeSql } from '../write/record-sql.ts';

export type SampleRecord = Readonly<Record<string, unknown>>;

/** All rows have the same `fields`; existing rows are left as they are. */
export function insertEntityRows(
  entity: EntityModel,
  fields: readonly FieldModel[],
  rows: readonly SampleRecord[],
): Statement {
  return insertRows({
    table: entity.table,
    columns: fields.map((field) => ({
      name: field.name,
      type: columnType(field),
      select: selectValue(field),
    })),
    rows,
  });
}

export function insertJoinRows(join: JoinTableModel, rows: readonly SampleRecord[]): Statement {
  const column = (name: string, key: FieldModel) => ({
    name,
    type: columnType(key),
    select: `r.${quoteIdentifier(name)}`,
  });
  return insertRows({
    table: join.table,
    columns: [
      column(join.sourceColumn, join.source.primaryKey),
      column(join.targetColumn, join.target.primaryKey),
    ],
    rows,
  });
}

/**
 * Rows with their own keys do not advance an identity column, so it is set past the largest key. It never goes
 * backwards.
 */
export function advanceIdentity(entity: EntityModel): Statement {
  const key = quoteIdentifier(entity.primaryKey.name);
  return {
    text: `SELECT setval(s.name, t.largest)
           FROM (SELECT pg_get_serial_sequence($1, $2) AS name) s,
                (SELECT max(${key})::bigint AS largest FROM ${quoteIdentifier(entity.table)}) t
           WHERE t.largest > COALESCE(pg_sequence_last_value(s.name::regclass), 0)`,
    values: [quoteIdentifier(entity.table), entity.primaryKey.name],
  };
}

export function selectHasRows(entity: EntityModel): Statement {
  return { text: `SELECT EXISTS (SELECT 1 FROM ${quoteIdentifier(entity.table)})`, values: [] };
}

interface Insertion {
  readonly table: string;
  readonly columns: readonly { readonly name: string; readonly type: string; readonly select: string }[];
  readonly rows: readonly SampleRecord[];
}

function insertRows({ table, columns, rows }: Insertion): Statement {
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const typed = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  return {
    text: `INSERT INTO ${quoteIdentifier(table)} (${names.join(', ')})
           SELECT ${columns.map(({ select }) => select).join(', ')}
           FROM jsonb_to_recordset($1::jsonb) AS r(${typed.join(', ')})
           ON CONFLICT DO NOTHING RETURNING 1`,
    values: [JSON.stringify(rows)],
  };
}

function selectValue(field: FieldModel): string {
  const value = `r.${quoteIdentifier(field.name)}`;
  if (field.auto !== undefined) return `COALESCE(${value}, ${timeSql(field)})`;
  if (field.type !== 'file') return value;
  // A file given by its id: the record stores a copy of the file's description, or null for an unknown file.
  return `CASE jsonb_typeof(${value}) WHEN 'string' THEN
            (SELECT ${describedFileSql('f')}
             FROM "${FILES_TABLE}" f WHERE f.id::text = ${value} #>> '{}')
          ELSE ${value} END`;
}
