/** Rows of a source: FROM, WHERE and the window, for any select list. */
import { quoteIdentifier } from '@rocket/platform';
import { MATCH_ALL } from '@rocket/schema';
import type { PagePlan, RowSource } from '../read/read-plan.ts';
import { filterSql } from '../sql/filter-sql.ts';
import type { RowsFrom } from '../sql/link-sql.ts';
import { liveSql } from '../sql/live-sql.ts';
import { keysetSql, orderSql, type SortExpression, sortSource } from '../sql/order-sql.ts';
import type { Parameters } from '../sql/parameters.ts';

/** Where the rows are read from: the entity's own table, or the records that a link leads to. */
export function tableSource(source: RowSource, alias: string): RowsFrom {
  return { from: `${quoteIdentifier(source.entity.table)} AS ${alias}`, on: null };
}

/** Conditions on a source's rows: the link, permission, soft deletion, the caller's own filter. */
export function conditionsSql(
  source: RowSource,
  at: { alias: string; on: string | null },
  parameters: Parameters,
): string {
  const conditions = [
    ...(at.on === null ? [] : [at.on]),
    ...[source.access, source.where]
      .filter((filter) => filter !== MATCH_ALL)
      .map((filter) => filterSql(filter, at.alias, parameters)),
    ...(source.withDeleted ? [] : liveSql(source.entity, at.alias)),
  ];
  return conditions.length === 0 ? 'TRUE' : conditions.join(' AND ');
}

/**
 * The rows of one page, in its order.
 * @param select makes the select list; it gets the order's expressions, for cursors
 */
export function pageSql(
  page: PagePlan,
  at: { alias: string; rows: RowsFrom; parameters: Parameters },
  select: (order: readonly SortExpression[]) => string,
): string {
  const { alias, parameters } = at;
  const sort = sortSource(page.order, alias, parameters);
  const where = [conditionsSql(page.source, { alias, on: at.rows.on }, parameters)];
  for (const side of ['after', 'before'] as const) {
    const position = page[side];
    if (position !== null) where.push(keysetSql({ order: sort.expressions, position, side }, parameters));
  }
  const from = `FROM ${at.rows.from}${sort.joins} WHERE ${where.join(' AND ')}`;
  if (page.distinctOn.length > 0) return distinctSql(page, { ...at, sort: sort.expressions, from }, select);
  return `SELECT ${select(sort.expressions)} ${from} ${windowSql(page, sort.expressions, parameters)}`;
}

/** DISTINCT ON requires its columns first in the order, so the page's own order is applied to its result. */
function distinctSql(
  page: PagePlan,
  at: { alias: string; sort: readonly SortExpression[]; from: string; parameters: Parameters },
  select: (order: readonly SortExpression[]) => string,
): string {
  const { alias, sort } = at;
  const columns = page.distinctOn.map((field) => `${alias}.${quoteIdentifier(field.name)}`).join(', ');
  const keys = sort.map((key, index) => `${key.sql} AS "_sort${index}"`).join(', ');
  const order = sort.map((key, index) => ({ ...key, sql: `${alias}."_sort${index}"` }));
  const distinct = `SELECT DISTINCT ON (${columns}) ${alias}.*, ${keys} ${at.from} ORDER BY ${columns}, ${orderSql(sort, false)}`;
  return `SELECT ${select(order)} FROM (${distinct}) AS ${alias} ${windowSql(page, order, at.parameters)}`;
}

/**
 * The limit is written into the text, not bound: with a bound limit Postgres assumes a tenth of the table and plans a
 * sort where it would otherwise use an index. It is a checked whole number, and there are few different ones.
 */
function windowSql(page: PagePlan, order: readonly SortExpression[], parameters: Parameters): string {
  const offset = page.offset > 0 ? ` OFFSET ${parameters.hold(page, page.offset, 'integer')}` : '';
  return `ORDER BY ${orderSql(order, page.reversed)} LIMIT ${Math.trunc(page.limit)}${offset}`;
}
