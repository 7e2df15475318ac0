import type { GroupSortKey, Having } from '@rocket/schema';
import { measureType } from '@rocket/schema';
import type { GroupByPlan } from '../read/read-plan.ts';
import { COMPARISON } from '../sql/filter-sql.ts';
import { sqlType } from '../sql/parameters.ts';
import { groupKeySql, measureSql, measuresJson } from './aggregate-sql.ts';
import { type JsonConcat, jsonArray } from './json-concat.ts';
import type { ChildRows } from './record-row.ts';
import { conditionsSql } from './rows-sql.ts';

/** Groups of a source as a JSON array, in their order. */
export function groupByJson(plan: GroupByPlan, at: ChildRows): JsonConcat {
  const { groupBy, source } = plan;
  const { alias, parameters } = at;
  const where = conditionsSql(source, { alias, on: at.rows.on }, parameters);
  const keys = groupBy.keys.map((key) => groupKeySql(key, alias)).join(', ');
  const having = groupBy.having === null ? '' : ` HAVING ${havingSql(groupBy.having, at)}`;
  const order = groupBy.order.map((key) => sortKeySql(key, at)).join(', ');
  return jsonArray(
    `SELECT ${measuresJson(plan.fields, at).sql()} AS j FROM ${at.rows.from} WHERE ${where} GROUP BY ${keys}${having} ORDER BY ${order} LIMIT ${Math.trunc(groupBy.limit)}`,
  );
}

function sortKeySql({ by, descending }: GroupSortKey, at: ChildRows): string {
  const sql = by.kind === 'key' ? groupKeySql(by.key, at.alias) : measureSql(by.measure, at);
  return `${sql} ${descending ? 'DESC' : 'ASC'}`;
}

function havingSql(having: Having, at: ChildRows): string {
  const { parameters } = at;
  switch (having.kind) {
    case 'all':
    case 'any': {
      if (having.conditions.length === 0) return having.kind === 'all' ? 'TRUE' : 'FALSE';
      const parts = having.conditions.map((part) => havingSql(part, at));
      return `(${parts.join(having.kind === 'all' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `NOT (${havingSql(having.condition, at)})`;
    case 'compare': {
      const value = parameters.hold(having, having.value, sqlType({ type: measureType(having.measure) }));
      return `${measureSql(having.measure, at)} ${COMPARISON[having.operator]} ${value}`;
    }
    case 'in': {
      const values = parameters.holdList(
        having,
        having.values,
        sqlType({ type: measureType(having.measure) }),
      );
      return `${measureSql(having.measure, at)} ${having.negated ? '<> ALL' : '= ANY'} (${values})`;
    }
    case 'isNull':
      return `${measureSql(having.measure, at)} IS ${having.isNull ? '' : 'NOT '}NULL`;
    default:
      return having satisfies never;
  }
}
