/** What a comparison found. */
import type { Key } from './key-range-sql.ts';

export interface DifferingRow {
  readonly key: Key;
  /** Said of the copy. */
  readonly what: 'missing' | 'surplus' | 'changed';
}

/** Tables of a report name at most so many rows. */
export const MAX_TOLD_ROWS = 5;

export interface TableDifference {
  readonly table: string;
  /** `absent`: the copy lacks the table or one of its columns, so that no rows were compared. */
  readonly what: 'absent' | 'rows';
  /** Rows of the ranges of keys that differ; of the whole table where no ranges were compared. */
  readonly sourceRows: number;
  readonly targetRows: number;
  /** At most {@link MAX_TOLD_ROWS}; none where only counts or checksums of ranges are known. */
  readonly rows: readonly DifferingRow[];
}

/** One sentence, without a full stop. */
export function describeDifference(difference: TableDifference): string {
  const { what, sourceRows, targetRows, rows } = difference;
  const table = `Table ${JSON.stringify(difference.table)}`;
  if (what === 'absent') return `${table} or one of its columns is missing in the copy`;
  if (rows.length > 0) {
    const parts = (['missing', 'surplus', 'changed'] as const).flatMap((kind) => describeRows(rows, kind));
    const more = rows.length >= MAX_TOLD_ROWS ? ', and perhaps more' : '';
    return `${table} differs in the copy: ${parts.join('; ')}${more}`;
  }
  if (sourceRows === targetRows) return `${table} differs in the copy, somewhere in ${countRows(sourceRows)}`;
  return `${table} differs in the copy, which has ${countRows(targetRows)} where the source has ${sourceRows}`;
}

function describeRows(rows: readonly DifferingRow[], kind: DifferingRow['what']): readonly string[] {
  const keys = rows.filter(({ what }) => what === kind).map(({ key }) => `(${key.join(', ')})`);
  return keys.length === 0 ? [] : [`${countRows(keys.length)} ${kind}, ${keys.join(', ')}`];
}

function countRows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
