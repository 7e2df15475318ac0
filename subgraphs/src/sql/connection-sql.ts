/** A connection as JSON: one read of the page, from which edges, nodes and page information are made together. */
import type { ConnectionField, ConnectionPlan, EdgeField, PageInfoField } from '../read/read-plan.ts';
import { cursorSql } from './cursor-sql.ts';
import { JsonConcat } from './json-concat.ts';
import type { SortExpression } from './order-sql.ts';
import { type ChildRows, recordSql, tableRow } from './record-sql.ts';
import { conditionsSql, pageSql } from './rows-sql.ts';

/** Makes one column of the page's rows. */
type Column = (order: readonly SortExpression[]) => string;

/** The page's rows `x`, numbered `x.n` as they were walked; their columns are collected while the object is built. */
class PageRows {
  readonly plan: ConnectionPlan;
  readonly at: ChildRows;
  readonly #columns: Column[] = [];

  constructor(plan: ConnectionPlan, at: ChildRows) {
    this.plan = plan;
    this.at = at;
  }

  column(make: Column): string {
    this.#columns.push(make);
    return `x.c${this.#columns.length - 1}`;
  }

  get isRead(): boolean {
    return this.#columns.length > 0;
  }

  sql(): string {
    const page = pageSql(this.plan.page, this.at, (order) =>
      this.#columns.map((column, index) => `${column(order)} AS c${index}`).join(', '),
    );
    // Numbered outside: a window function is evaluated before the order and the limit next to it.
    return `(SELECT row_number() OVER () AS n, y.* FROM (${page}) AS y) AS x`;
  }
}

export function connectionSql(plan: ConnectionPlan, at: ChildRows): string {
  const rows = new PageRows(plan, at);
  const json = new JsonConcat().constant('{');
  for (const [index, field] of plan.fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else json.expression(fieldSql(field, rows));
  }
  const object = json.constant('}').sql();
  return rows.isRead ? `(SELECT ${object} FROM ${rows.sql()})` : `(${object})`;
}

function fieldSql(field: Exclude<ConnectionField, { kind: 'constant' }>, rows: PageRows): string {
  switch (field.kind) {
    case 'totalCount':
      return totalSql(rows);
    case 'nodes':
      return itemsSql(rows, () => recordSql(field.record, tableRow(field.record, rows.at)));
    case 'edges':
      return itemsSql(rows, (order) => edgeSql(field.fields, { order, rows }));
    case 'pageInfo':
      return pageInfoSql(field.fields, rows);
    default:
      return field satisfies never;
  }
}

/** All but the row that only tells of another page; a page walked from the end is put in its right order. */
function itemsSql(rows: PageRows, item: Column): string {
  const { pageSize, page } = rows.plan;
  const order = `ORDER BY x.n${page.reversed ? ' DESC' : ''}`;
  return `'[' || coalesce(string_agg(${rows.column(item)}, ',' ${order}) FILTER (WHERE x.n <= ${pageSize}), '') || ']'`;
}

function edgeSql(
  fields: readonly EdgeField[],
  of: { order: readonly SortExpression[]; rows: PageRows },
): string {
  const { page } = of.rows.plan;
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else if (field.kind === 'node')
      json.expression(recordSql(field.record, tableRow(field.record, of.rows.at)));
    else json.expression(cursorSql(page, of.order));
  }
  return json.constant('}').sql();
}

function pageInfoSql(fields: readonly PageInfoField[], rows: PageRows): string {
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else json.expression(pageInfoFieldSql(field.kind, rows));
  }
  return json.constant('}').sql();
}

function pageInfoFieldSql(kind: Exclude<PageInfoField['kind'], 'constant'>, rows: PageRows): string {
  const { page, pageSize } = rows.plan;
  const cursor = () => rows.column((order) => cursorSql(page, order));
  const firstWalked = () => `coalesce(max(${cursor()}) FILTER (WHERE x.n = 1), 'null')`;
  const lastWalked = () =>
    `coalesce((array_agg(${cursor()} ORDER BY x.n DESC) FILTER (WHERE x.n <= ${pageSize}))[1], 'null')`;
  // Counted over a column of the page, so that the page is read.
  const more = () => `(count(${rows.column(() => '1')}) > ${pageSize})::text`;
  // On the side that the page was not walked to, a cursor is the sign that there is something beyond it.
  switch (kind) {
    case 'hasNextPage':
      return page.reversed ? `'${page.before !== null}'` : more();
    case 'hasPreviousPage':
      return page.reversed ? more() : `'${page.after !== null}'`;
    case 'startCursor':
      return page.reversed ? lastWalked() : firstWalked();
    case 'endCursor':
      return page.reversed ? firstWalked() : lastWalked();
    default:
      return kind satisfies never;
  }
}

/** All records that match, whatever the page. */
function totalSql({ plan, at }: PageRows): string {
  const where = conditionsSql(plan.page.source, { alias: at.alias, on: at.rows.on }, at.parameters);
  return `(SELECT count(*)::text FROM ${at.rows.from} WHERE ${where})`;
}
