/** A record, and all that hangs on it, as JSON text: correlated subqueries, each limited by itself. */
import { quoteIdentifier } from '@rocket/platform';
import type { LinkModel } from '@rocket/schema';
import type { RecordField, RecordPlan, RowSource } from '../read/read-plan.ts';
import { aggregateJson } from './aggregate-sql.ts';
import { connectionJson } from './connection-sql.ts';
import { fileJson } from './file-sql.ts';
import { JsonConcat, jsonArray } from './json-concat.ts';
import { fieldValueType, jsonValue } from './json-text.ts';
import { type LinkOrigin, linkSource, type RowsFrom, tableOrigin } from './link-sql.ts';
import type { Parameters } from './parameters.ts';
import { conditionsSql, pageSql } from './rows-sql.ts';

/** The row that a record is made from. */
export interface RecordRow {
  readonly origin: LinkOrigin;
  /** SQL of a column's value. */
  column(name: string): string;
  /** Depth in the answer; names the tables of the levels apart. */
  readonly depth: number;
  readonly parameters: Parameters;
}

/** A row of the record's own table. */
export function tableRow(record: RecordPlan, at: { depth: number; parameters: Parameters }): RecordRow {
  const alias = aliasAt(at.depth);
  return {
    ...at,
    origin: tableOrigin(record.entity, alias),
    column: (name) => `${alias}.${quoteIdentifier(name)}`,
  };
}

/** A record of which only the key is at hand. */
export function keyRow(
  key: { readonly sql: string; readonly type: string },
  at: { depth: number; parameters: Parameters },
): RecordRow {
  return { ...at, origin: { key: () => key }, column: () => key.sql };
}

export function aliasAt(depth: number): string {
  return `t${depth}`;
}

/** The record's JSON object. */
export function recordJson(record: RecordPlan, row: RecordRow): JsonConcat {
  const json = new JsonConcat().constant('{');
  for (const [index, field] of record.fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else json.append(fieldJson(field, row));
  }
  return json.constant('}');
}

function fieldJson(field: Exclude<RecordField, { kind: 'constant' }>, row: RecordRow): JsonConcat {
  const { parameters } = row;
  switch (field.kind) {
    case 'column':
      return jsonValue(row.column(field.field.name), fieldValueType(field.field));
    case 'version':
      return new JsonConcat().expression(`${row.column('_version')}::text`);
    case 'file':
      return fileJson(field, row.column(field.field.name));
    case 'reference': {
      const key = row.origin.key(field.link);
      if (key.type === null) throw new TypeError('A key without a type cannot be asked for');
      const at = { depth: row.depth + 1, parameters };
      const json = recordJson(field.record, keyRow({ sql: key.sql, type: key.type }, at)).sql();
      return new JsonConcat().expression(`CASE WHEN ${key.sql} IS NULL THEN 'null' ELSE ${json} END`);
    }
    case 'record':
      return new JsonConcat().expression(relatedRecordSql(field, row));
    case 'list': {
      const { page, record } = field.list;
      const at = childAt(field.link, page.source, row);
      const rows = pageSql(page, at, () => `${recordJson(record, tableRow(record, at)).sql()} AS j`);
      return jsonArray(rows);
    }
    case 'connection':
      return connectionJson(field.connection, childAt(field.link, field.connection.page.source, row));
    case 'aggregate':
      return aggregateJson(field.aggregate, childAt(field.link, field.aggregate.source, row));
    default:
      return field satisfies never;
  }
}

/** `one_to_one` does not enforce that there is only one child; the one with the lowest key is taken, always. */
function relatedRecordSql(field: Extract<RecordField, { kind: 'record' }>, row: RecordRow): string {
  const { source, record, link } = field;
  const at = childAt(link, source, row);
  const where = conditionsSql(source, { alias: at.alias, on: at.rows.on }, row.parameters);
  const json = recordJson(record, tableRow(record, at)).sql();
  const key = `${at.alias}.${quoteIdentifier(source.entity.primaryKey.name)}`;
  const first = link.kind === 'to_one' ? '' : ` ORDER BY ${key} LIMIT 1`;
  return `coalesce((SELECT ${json} FROM ${at.rows.from} WHERE ${where}${first}), 'null')`;
}

/** One level further down, through a link. */
export interface ChildRows {
  readonly alias: string;
  readonly rows: RowsFrom;
  readonly depth: number;
  readonly parameters: Parameters;
}

function childAt(link: LinkModel, source: RowSource, row: RecordRow): ChildRows {
  const depth = row.depth + 1;
  const alias = aliasAt(depth);
  const rows = linkSource(link, { target: source.entity, alias, origin: row.origin });
  return { alias, rows, depth, parameters: row.parameters };
}
