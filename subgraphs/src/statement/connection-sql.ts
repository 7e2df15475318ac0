/** A connection as JSON: one read of the page, from which edges, nodes and page information are made together. */
import type {
  ConnectionField,
  ConnectionPlan,
  EdgeField,
  PageInfoField,
  RecordPlan,
} from '../read/read-plan.ts';
import type { SortExpression } from '../sql/order-sql.ts';
import { cursorJson } from './cursor-sql.ts';
import { JsonConcat } from './json-concat.ts';
import type { ChildRows } from './record-row.ts';
import { conditionsSql, pageSql } from './rows-sql.ts';

/** Makes one column of the page's rows. */
type Column = (order: readonly SortExpression[]) => string;

/** Makes the JSON of a record of the page. */
type RecordAt = (record: RecordPlan, at: ChildRows) => JsonConcat;

/** The page's rows `x`, numbered `x.n` as they were walked; their columns are collected while the object is built. */
class PageRows {
  readonly plan: ConnectionPlan;
  readonly at: ChildRows;
  readonly recordAt: RecordAt;
  readonly #columns: Column[] = [];

  constructor(plan: ConnectionPlan, at: ChildRows, recordAt: RecordAt) {
    this.plan = plan;
    this.at = at;
    this.recordAt = recordAt;
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
    // Numbered in an outer query, because a window function is evaluated before the order and limit of its own query.
    return `(SELECT row_number() OVER () AS n, y.* FROM (${page}) AS y) AS x`;
  }
}

export function connectionJson(plan: ConnectionPlan, at: ChildRows, recordAt: RecordAt): JsonConcat {
  const rows = new PageRows(plan, at, recordAt);
  const json = new JsonConcat().constant('{');
  for (const [index, field] of plan.fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else json.append(fieldJson(field, rows));
  }
  json.constant('}');
  return rows.isRead ? new JsonConcat().expression(`(SELECT ${json.sql()} FROM ${rows.sql()})`) : json;
}

function fieldJson(field: Exclude<ConnectionField, { kind: 'constant' }>, rows: PageRows): JsonConcat {
  switch (field.kind) {
    case 'totalCount':
      return new JsonConcat().expression(totalSql(rows));
    case 'nodes':
      return itemsJson(rows, () => rows.recordAt(field.record, rows.at).sql());
    case 'edges':
      return itemsJson(rows, (order) => edgeJson(field.fields, { order, rows }).sql());
    case 'pageInfo':
      return pageInfoJson(field.fields, rows);
    default:
      return field satisfies never;
  }
}

/**
 * All rows except the extra one that shows whether there is another page; a page read from the end is put into forward
 * order.
 */
function itemsJson(rows: PageRows, item: Column): JsonConcat {
  const { pageSize, page } = rows.plan;
  const order = `ORDER BY x.n${page.reversed ? ' DESC' : ''}`;
  const items = `string_agg(${rows.column(item)}, ',' ${order}) FILTER (WHERE x.n <= ${pageSize})`;
  return new JsonConcat().constant('[').expression(`coalesce(${items}, '')`).constant(']');
}

function edgeJson(
  fields: readonly EdgeField[],
  of: { order: readonly SortExpression[]; rows: PageRows },
): JsonConcat {
  const { plan, at, recordAt } = of.rows;
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else if (field.kind === 'node') json.append(recordAt(field.record, at));
    else json.append(cursorJson(plan.page, of.order));
  }
  return json.constant('}');
}

function pageInfoJson(fields: readonly PageInfoField[], rows: PageRows): JsonConcat {
  const json = new JsonConcat().constant('{');
  for (const [index, field] of fields.entries()) {
    json.key(field.key, index === 0);
    if (field.kind === 'constant') json.constant(field.json);
    else json.expression(pageInfoFieldSql(field.kind, rows));
  }
  return json.constant('}');
}

function pageInfoFieldSql(kind: Exclude<PageInfoField['kind'], 'constant'>, rows: PageRows): string {
  const { page, pageSize } = rows.plan;
  const cursor = () => rows.column((order) => cursorJson(page, order).sql());
  const firstWalked = () =>
    `coalesce(max(${cursor()}) FILTER (WHERE x.n = 1 AND x.n <= ${pageSize}), 'null')`;
  const lastWalked = () =>
    `coalesce((array_agg(${cursor()} ORDER BY x.n DESC) FILTER (WHERE x.n <= ${pageSize}))[1], 'null')`;
  // Counted over a column of the page, so that the page is read.
  const more = () => `(count(${rows.column(() => '1')}) > ${pageSize})::text`;
  // In the direction opposite to the walk, the cursor itself shows that there are records beyond it.
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

/** Number of all matching records, independent of the page. */
function totalSql({ plan, at }: PageRows): string {
  const where = conditionsSql(plan.page.source, { alias: at.alias, on: at.rows.on }, at.parameters);
  return `(SELECT count(*)::text FROM ${at.rows.from} WHERE ${where})`;
}
