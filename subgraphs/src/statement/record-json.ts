/** A record and everything below it as JSON text: correlated subqueries, each with its own limit. */
import { quoteIdentifier } from '@rocket/platform';
import { type LinkModel, VERSION_COLUMN } from '@rocket/schema';
import type { RecordField, RecordPlan, RowSource } from '../read/read-plan.ts';
import { linkSource } from '../sql/link-sql.ts';
import { aggregateJson } from './aggregate-sql.ts';
import { connectionJson } from './connection-sql.ts';
import { fileJson } from './file-sql.ts';
import { JsonConcat, jsonArray } from './json-concat.ts';
import { fieldValueType, jsonValue } from './json-text.ts';
import { linkMarks } from './key-marks-sql.ts';
import { aliasAt, type ChildRows, keyRow, type RecordRow, tableRow } from './record-row.ts';
import { conditionsSql, pageSql } from './rows-sql.ts';
import { transitionsJson } from './transitions-sql.ts';

/** The JSON object of a record of its own table. */
export function recordAt(record: RecordPlan, at: Pick<ChildRows, 'depth' | 'parameters'>): JsonConcat {
  const known = FLAT_JSON.get(record)?.get(at.depth);
  if (known !== undefined) return known;
  const json = recordJson(record, tableRow(record, at));
  if (record.fields.every(({ kind }) => kind === 'column' || kind === 'version')) {
    FLAT_JSON.set(record, (FLAT_JSON.get(record) ?? new Map<number, JsonConcat>()).set(at.depth, json));
  }
  return json;
}

/** JSON of records that only have columns, by depth. All requests with the same selection share their plans. */
const FLAT_JSON = new WeakMap<RecordPlan, Map<number, JsonConcat>>();

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
      return new JsonConcat().expression(`${row.column(VERSION_COLUMN)}::text`);
    case 'file':
      return fileJson(field, row.column(field.field.name));
    case 'transitions':
      return transitionsJson(field.plan.entity, field.place, (name) => row.column(name));
    case 'reference': {
      const key = row.origin.key(field.link);
      if (key.type === null) throw new TypeError('A key without a type cannot be asked for');
      const at = { depth: row.depth + 1, parameters };
      const json = recordJson(field.record, keyRow({ sql: key.sql, type: key.type }, at)).sql();
      return new JsonConcat().expression(`CASE WHEN ${key.sql} IS NULL THEN 'null' ELSE ${json} END`);
    }
    case 'record':
      return linkMarks(field.link, field.source.entity, row).expression(relatedRecordSql(field, row));
    case 'list': {
      const { page, record } = field.list;
      const at = childAt(field.link, page.source, row);
      const rows = pageSql(page, at, () => `${recordAt(record, at).sql()} AS j`);
      return linkMarks(field.link, page.source.entity, row).append(jsonArray(rows));
    }
    case 'connection': {
      const { source } = field.connection.page;
      const json = connectionJson(field.connection, childAt(field.link, source, row), recordAt);
      return linkMarks(field.link, source.entity, row).append(json);
    }
    case 'aggregate': {
      const { source } = field.aggregate;
      const json = aggregateJson(field.aggregate, childAt(field.link, source, row));
      return linkMarks(field.link, source.entity, row).append(json);
    }
    default:
      return field satisfies never;
  }
}

/** `one_to_one` does not enforce that there is only one child; the one with the lowest key is always used. */
function relatedRecordSql(field: Extract<RecordField, { kind: 'record' }>, row: RecordRow): string {
  const { source, record, link } = field;
  const at = childAt(link, source, row);
  const where = conditionsSql(source, { alias: at.alias, on: at.rows.on }, row.parameters);
  const json = recordAt(record, at).sql();
  const key = `${at.alias}.${quoteIdentifier(source.entity.primaryKey.name)}`;
  const first = link.kind === 'to_one' ? '' : ` ORDER BY ${key} LIMIT 1`;
  return `coalesce((SELECT ${json} FROM ${at.rows.from} WHERE ${where}${first}), 'null')`;
}

function childAt(link: LinkModel, source: RowSource, row: RecordRow): ChildRows {
  const depth = row.depth + 1;
  const alias = aliasAt(depth);
  const rows = linkSource(link, { target: source.entity, alias, origin: row.origin });
  return { alias, rows, depth, parameters: row.parameters };
}
