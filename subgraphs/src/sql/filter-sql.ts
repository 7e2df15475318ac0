/** A filter as a SQL condition. The in-memory twin is `matches` in @rocket/schema; both follow SQL's three values. */
import { quoteIdentifier } from '@rocket/platform';
import type { ComparisonOperator, Filter, JsonFilter } from '@rocket/schema';
import { type Parameters, sqlType } from './parameters.ts';
import { relationFilterSql } from './relation-filter-sql.ts';
import { searchSql } from './search-sql.ts';

export const COMPARISON: Record<ComparisonOperator, string> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** `alias` names the row's table in the statement; it never comes from a user. */
export function filterSql(filter: Filter, alias: string, parameters: Parameters): string {
  const column = (name: string) => `${alias}.${quoteIdentifier(name)}`;
  switch (filter.kind) {
    case 'all':
      return joined(filter.filters, { word: ' AND ', none: 'TRUE' }, (part) =>
        filterSql(part, alias, parameters),
      );
    case 'any':
      return joined(filter.filters, { word: ' OR ', none: 'FALSE' }, (part) =>
        filterSql(part, alias, parameters),
      );
    case 'not':
      return `NOT (${filterSql(filter.filter, alias, parameters)})`;
    case 'compare': {
      const value = parameters.hold(filter, filter.value, sqlType(filter.field));
      return `${column(filter.field.name)} ${COMPARISON[filter.operator]} ${value}`;
    }
    case 'in': {
      const values = parameters.holdList(filter, filter.values, sqlType(filter.field));
      return `${column(filter.field.name)} ${filter.negated ? '<> ALL' : '= ANY'} (${values})`;
    }
    case 'isNull':
      return `${column(filter.field.name)} IS ${filter.isNull ? '' : 'NOT '}NULL`;
    case 'text': {
      const pattern = parameters.hold(filter, textPattern(filter), 'text');
      return `${column(filter.field.name)} ${filter.ignoreCase ? 'ILIKE' : 'LIKE'} ${pattern}`;
    }
    case 'jsonContains':
    case 'jsonHasKey':
    case 'jsonPath':
    case 'jsonPathIsNull':
      return jsonSql(filter, column(filter.field.name), parameters);
    case 'search':
      return searchSql(filter, alias, parameters);
    case 'relation':
      return relationFilterSql(filter, alias, (part, related) => filterSql(part, related, parameters));
    default:
      return filter satisfies never;
  }
}

function joined(
  filters: readonly Filter[],
  by: { word: string; none: string },
  sql: (filter: Filter) => string,
): string {
  if (filters.length === 0) return by.none;
  return `(${filters.map(sql).join(by.word)})`;
}

function jsonSql(filter: JsonFilter, column: string, parameters: Parameters): string {
  switch (filter.kind) {
    case 'jsonContains':
      return `${column} @> ${parameters.hold(filter, filter.json, 'jsonb')}`;
    case 'jsonHasKey':
      return `${column} ? ${parameters.hold(filter, filter.key, 'text')}`;
    case 'jsonPathIsNull': {
      // A missing value is SQL's null, JSON's null is a value.
      const value = `${column} #> ${parameters.holdList(filter.path, filter.path, 'text')}`;
      return `coalesce(${value}, 'null') ${filter.isNull ? '=' : '<>'} 'null'`;
    }
    case 'jsonPath': {
      const value = `nullif(${column} #> ${parameters.holdList(filter.path, filter.path, 'text')}, 'null')`;
      const operand = parameters.hold(filter, filter.json, 'jsonb');
      const comparison = `${value} ${COMPARISON[filter.operator]} ${operand}`;
      if (filter.operator === 'eq' || filter.operator === 'ne') return comparison;
      return `CASE WHEN jsonb_typeof(${value}) = jsonb_typeof(${operand}) THEN ${comparison} END`;
    }
    default:
      return filter satisfies never;
  }
}

function textPattern(filter: Extract<Filter, { kind: 'text' }>): string {
  const literal = filter.value.replace(/[\\%_]/g, '\\$&');
  switch (filter.operator) {
    case 'like':
      return filter.value;
    case 'startsWith':
      return `${literal}%`;
    case 'endsWith':
      return `%${literal}`;
    case 'contains':
      return `%${literal}%`;
    default:
      return filter.operator satisfies never;
  }
}
