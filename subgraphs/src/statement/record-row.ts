/** The rows that records are made from, level by level. */
import { quoteIdentifier } from '@rocket/platform';
import type { RecordPlan } from '../read/read-plan.ts';
import { type LinkOrigin, type RowsFrom, tableOrigin } from '../sql/link-sql.ts';
import type { Parameters } from '../sql/parameters.ts';

/** The row that a record is made from. */
export interface RecordRow {
  readonly origin: LinkOrigin;
  /** SQL of a column's value. */
  column(name: string): string;
  /** Depth in the answer, from which the levels' table aliases are made. */
  readonly depth: number;
  readonly parameters: Parameters;
}

/** A row of the record's own table. */
export function tableRow(record: RecordPlan, at: { depth: number; parameters: Parameters }): RecordRow {
  const alias = aliasAt(at.depth);
  return {
    ...at,
    origin: tableOrigin(record.entity, alias),
    column: (name) => `${alias}.${quoteIdentifier(name)}`,
  };
}

/** A record of which only the key is known. */
export function keyRow(
  key: { readonly sql: string; readonly type: string },
  at: { depth: number; parameters: Parameters },
): RecordRow {
  return { ...at, origin: { key: () => key }, column: () => key.sql };
}

export function aliasAt(depth: number): string {
  return `t${depth}`;
}

/** Rows of one level of the answer, at the root or through a link. */
export interface ChildRows {
  readonly alias: string;
  readonly rows: RowsFrom;
  readonly depth: number;
  readonly parameters: Parameters;
}
