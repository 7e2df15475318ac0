import { quoteIdentifier } from '@rocket/platform';
import type { RelationFilter } from '@rocket/schema';
import { filterSql } from './filter-sql.ts';
import { linkSource } from './link-sql.ts';
import { liveSql } from './live-sql.ts';
import type { Parameters } from './parameters.ts';

/** A semi-join: it never multiplies rows, and stops at the first related record that decides. */
export function relationFilterSql(filter: RelationFilter, alias: string, parameters: Parameters): string {
  const related = `${alias}_r`;
  const { link, target } = filter;
  // Within one app both sides of a link are of one type.
  const origin = { key: () => ({ sql: `${alias}.${quoteIdentifier(link.localField)}`, type: null }) };
  const { from, on } = linkSource(link, { target, alias: related, origin });
  const visible = [on, filterSql(filter.access, related, parameters), ...liveSql(target, related)];
  const condition = filterSql(filter.filter, related, parameters);
  switch (filter.quantifier) {
    case 'is':
    case 'some':
      return existsSql(from, [...visible, condition]);
    case 'none':
      return `NOT ${existsSql(from, [...visible, condition])}`;
    case 'every':
      return `NOT ${existsSql(from, [...visible, `(${condition}) IS NOT TRUE`])}`;
    default:
      return filter.quantifier satisfies never;
  }
}

function existsSql(from: string, conditions: readonly string[]): string {
  return `EXISTS (SELECT 1 FROM ${from} WHERE ${conditions.join(' AND ')})`;
}
