/** Turns the rows of connections into what the executor reads: views, cursors, page info. */
import type { Row } from '@rocket/platform';
import { encodeCursor } from './cursor.ts';
import type { ConnectionPlan, ConnectionView } from './level-plan.ts';
import { type LoadedRecord, toRecord } from './record.ts';
import type { Projection } from './statements.ts';

export interface LoadedConnection {
  /** Records by view path, all views in the same order. */
  readonly views: ReadonlyMap<string, readonly LoadedRecord[]>;
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number;
}

/** Rows of one parent's page; the columns start at `offset`. */
export interface PageRows {
  readonly rows: readonly Row[];
  readonly offset: number;
  readonly total: number;
}

/** Makes the connection of each page. The links of its records are still to be loaded. */
export function loadedConnections(
  plan: ConnectionPlan,
  projection: Projection,
  pages: readonly PageRows[],
): LoadedConnection[] {
  return pages.map((page) => {
    const { rows, more } = trim(plan, page);
    return {
      views: new Map(
        plan.views.map((view) => [
          view.path,
          rows.map((row) => viewRecord(view, projection, row, page.offset)),
        ]),
      ),
      cursors: rows.map((row) => cursorOf(plan, projection, row, page.offset)),
      totalCount: page.total,
      ...pageInfo(plan, more),
    };
  });
}

/** Drops the extra row that told of another page, and puts a page walked from the end in its right order. */
function trim(plan: ConnectionPlan, page: PageRows): { rows: readonly Row[]; more: boolean } {
  const rows = page.rows.slice(0, plan.pageSize);
  if (plan.page.reversed) rows.reverse();
  return { rows, more: page.rows.length > plan.pageSize };
}

function pageInfo(plan: ConnectionPlan, more: boolean): { hasNextPage: boolean; hasPreviousPage: boolean } {
  const { reversed, after, before } = plan.page;
  // On the side that the page was not walked to, a cursor is the sign that there is something beyond it.
  return reversed
    ? { hasNextPage: before !== null, hasPreviousPage: more }
    : { hasNextPage: more, hasPreviousPage: after !== null };
}

function viewRecord(view: ConnectionView, projection: Projection, row: Row, offset: number): LoadedRecord {
  const cells = view.level.columns.map((field) => row[offset + projection.columns.indexOf(field)]);
  if (view.level.withVersion) cells.push(row[offset + projection.columns.length]);
  return toRecord(view.level, cells, 0);
}

function cursorOf(plan: ConnectionPlan, projection: Projection, row: Row, offset: number): string {
  const start = offset + projection.columns.length + (projection.withVersion ? 1 : 0);
  const position = plan.page.order.map((_, index) => {
    const text = row[start + index];
    return text === null || text === undefined ? null : String(text);
  });
  return encodeCursor(plan.entity, plan.page.order, position);
}
