import { quoteIdentifier } from '@rocket/platform';
import type { Filter, RelationFilter } from '@rocket/schema';
import { linkSource } from './link-sql.ts';
import { liveSql } from './live-sql.ts';

/**
 * A semi-join: it never multiplies rows, and stops at the first related record that decides.
 * @param condition compiles a filter on the related records
 */
export function relationFilterSql(
  filter: RelationFilter,
  alias: string,
  condition: (filter: Filter, alias: string) => string,
): string {
  const related = `${alias}_r`;
  const { link, target } = filter;
  // Within one app both sides of a link have the same type.
  const origin = { key: () => ({ sql: `${alias}.${quoteIdentifier(link.localField)}`, type: null }) };
  const { from, on } = linkSource(link, { target, alias: related, origin });
  const visible = [on, condition(filter.access, related), ...liveSql(target, related)];
  const own = condition(filter.filter, related);
  switch (filter.quantifier) {
    case 'is':
    case 'some':
      return existsSql(from, [...visible, own]);
    case 'none':
      return `NOT ${existsSql(from, [...visible, own])}`;
    case 'every':
      return `NOT ${existsSql(from, [...visible, `(${own}) IS NOT TRUE`])}`;
    default:
      return filter.quantifier satisfies never;
  }
}

function existsSql(from: string, conditions: readonly string[]): string {
  return `EXISTS (SELECT 1 FROM ${from} WHERE ${conditions.join(' AND ')})`;
}
