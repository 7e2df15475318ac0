/** One statement for everything that an operation reads: a column of JSON text for each root field. */
import { quoteIdentifier, type Statement } from '@rocket/platform';
import type { KeyMarks } from '../read/depends-on/key-marks.ts';
import type { EntitiesPlan, ReadPlan, RecordPlan, RowSource } from '../read/read-plan.ts';
import { type FloatSums, Parameters, sqlType } from '../sql/parameters.ts';
import { aggregateJson } from './aggregate-sql.ts';
import { type Budget, budgetSql } from './budget-sql.ts';
import { connectionJson } from './connection-sql.ts';
import { groupByJson } from './group-by-sql.ts';
import { JsonConcat, jsonArray } from './json-concat.ts';
import { recordAt, recordJson } from './record-json.ts';
import { aliasAt, type ChildRows, keyRow } from './record-row.ts';
import { conditionsSql, pageSql, tableSource } from './rows-sql.ts';
import { isShortRead } from './short-read.ts';

export interface StatementOptions {
  readonly floatSums?: FloatSums | undefined;
  /** The columns have marks of these, to be taken out. */
  readonly marks?: KeyMarks | null | undefined;
}

/**
 * The columns come in the order of `plans`; a column is null when a single record was requested and does not exist. No
 * row at all means that the operation would read more records than its budget, or more than can be counted in time.
 */
export function readStatement(
  plans: readonly ReadPlan[],
  budget: Budget,
  { floatSums = 'float', marks = null }: StatementOptions = {},
): Statement {
  const parameters = new Parameters(floatSums, marks);
  const columns = plans.map((plan) => rootJson(plan, parameters).sql());
  const select = `SELECT ${columns.join(', ')}`;
  const counting = budgetSql(plans, budget, parameters);
  return {
    text: counting === null ? select : `${counting.withClause}${select} WHERE ${counting.condition}`,
    values: parameters.values,
    prepare: true,
    isShortRead: isShortRead(plans),
  };
}

function rootJson(plan: ReadPlan, parameters: Parameters): JsonConcat {
  switch (plan.kind) {
    case 'record':
      return new JsonConcat().expression(recordRootSql(plan, parameters));
    case 'list': {
      const { page, record } = plan.list;
      const at = rootAt(page.source, parameters);
      return jsonArray(pageSql(page, at, () => `${recordAt(record, at).sql()} AS j`));
    }
    case 'connection':
      return connectionJson(plan.connection, rootAt(plan.connection.page.source, parameters), recordAt);
    case 'aggregate':
      return aggregateJson(plan.aggregate, rootAt(plan.aggregate.source, parameters));
    case 'groupBy':
      return groupByJson(plan.groupBy, rootAt(plan.groupBy.source, parameters));
    case 'entities':
      return entitiesJson(plan.entities, parameters);
    default:
      return plan satisfies never;
  }
}

function rootAt(source: RowSource, parameters: Parameters): ChildRows {
  const alias = aliasAt(0);
  return { alias, depth: 0, parameters, rows: tableSource(source, alias) };
}

function recordRootSql(of: { source: RowSource; record: RecordPlan }, parameters: Parameters): string {
  const at = rootAt(of.source, parameters);
  const where = conditionsSql(of.source, { alias: at.alias, on: null }, parameters);
  return `(SELECT ${recordAt(of.record, at).sql()} FROM ${at.rows.from} WHERE ${where} LIMIT 1)`;
}

/** A JSON array in the order of the keys. */
function entitiesJson(plan: EntitiesPlan, parameters: Parameters): JsonConcat {
  const key = plan.entity.primaryKey;
  const type = sqlType(key);
  const keys = `unnest(${parameters.holdList(plan, plan.keys, type)}) WITH ORDINALITY AS k(key, n)`;
  return jsonArray(`SELECT ${entitySql(plan, { type, parameters })} AS j FROM ${keys} ORDER BY k.n`);
}

/** SQL of the entity of one key; never null. */
function entitySql(plan: EntitiesPlan, of: { type: string; parameters: Parameters }): string {
  const text = entityJsonSql(plan, of);
  return plan.asTexts ? `to_json(${text})::text` : text;
}

function entityJsonSql(plan: EntitiesPlan, of: { type: string; parameters: Parameters }): string {
  const { type, parameters } = of;
  if (plan.source === null) {
    const json = recordJson(plan.record, keyRow({ sql: 'k.key', type }, { depth: 0, parameters })).sql();
    return `CASE WHEN k.key IS NULL THEN 'null' ELSE ${json} END`;
  }
  const at = rootAt(plan.source, parameters);
  const on = `${at.alias}.${quoteIdentifier(plan.entity.primaryKey.name)} = k.key`;
  const where = conditionsSql(plan.source, { alias: at.alias, on }, parameters);
  return `coalesce((SELECT ${recordAt(plan.record, at).sql()} FROM ${at.rows.from} WHERE ${where}), 'null')`;
}
