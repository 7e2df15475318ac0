/** A filter as a SQL condition. The in-memory twin is `matches` in @rocket/schema; both follow SQL's three values. */
import { quoteIdentifier } from '@rocket/platform';
import type { ComparisonOperator, Filter } from '@rocket/schema';
import { type Parameters, sqlType } from './parameters.ts';

const COMPARISON: Record<ComparisonOperator, string> = {
  eq: '=',
  ne: '<>',
  gt: '>',
  gte: '>=',
  lt: '<',
  lte: '<=',
};

/** `alias` names the row's table in the statement; it is written by us, never by a user. */
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
      const value = parameters.bind(filter.value, sqlType(filter.field));
      return `${column(filter.field.name)} ${COMPARISON[filter.operator]} ${value}`;
    }
    case 'in': {
      const values = parameters.bind(filter.values, `${sqlType(filter.field)}[]`);
      return `${column(filter.field.name)} ${filter.negated ? '<> ALL' : '= ANY'} (${values})`;
    }
    case 'isNull':
      return `${column(filter.field.name)} IS ${filter.isNull ? '' : 'NOT '}NULL`;
    case 'text': {
      const pattern = parameters.bind(textPattern(filter), 'text');
      return `${column(filter.field.name)} ${filter.ignoreCase ? 'ILIKE' : 'LIKE'} ${pattern}`;
    }
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
