/** Compares a copy with its source while the source is written to and the copy follows. */
import type { Queryable } from '@rocket/platform';
import {
  type CompareBounds,
  checkRange,
  judgeChecksums,
  type OpenRange,
  openRange,
  type RangeCheck,
} from './check-range.ts';
import { explainRanges } from './find-differing-rows.ts';
import type { KeyRange } from './key-range-sql.ts';
import { pauseFor, readBoundary, readChecksums } from './range-queries.ts';
import { type ComparedTable, readComparedTables } from './read-compared-tables.ts';
import type { TableDifference } from './table-difference.ts';

export interface CompareProgress {
  readonly table: string;
  /** Rows of the ranges asked so far, equal or not. */
  readonly comparedRows: number;
  /** An estimate until the table's last range. */
  readonly totalRows: number;
}

export interface WrittenOptions {
  readonly source: Queryable;
  readonly target: Queryable;
  /** As read from the source. */
  readonly tables: readonly ComparedTable[];
  readonly onProgress?: (progress: CompareProgress) => void;
  readonly signal?: AbortSignal | undefined;
  readonly bounds?: Partial<CompareBounds>;
}

const BOUNDS: CompareBounds = {
  rangeRows: 20_000,
  smallRows: 50,
  firstPauseMs: 50,
  longestPauseMs: 2_000,
  settleMs: 60_000,
  reportMs: 10_000,
};

/** Ranges that are asked again after each new one of the walk. */
const DUE_PER_STEP = 4;

interface Comparison extends RangeCheck {
  readonly onProgress: (progress: CompareProgress) => void;
  /** Ranges that were not seen equal yet. */
  open: OpenRange[];
}

/**
 * Empty when every range of keys, or every row of one, was equal at some moment.
 * @throws the signal's reason when it aborts
 */
export async function compareWhileWritten(options: WrittenOptions): Promise<readonly TableDifference[]> {
  const { source, target, signal } = options;
  const comparison: Comparison = {
    servers: { source, target, signal },
    bounds: { ...BOUNDS, ...options.bounds },
    onProgress: options.onProgress ?? (() => undefined),
    open: [],
  };
  const copies = new Map((await readComparedTables(target, { signal })).map((table) => [table.name, table]));
  const differences: TableDifference[] = [];
  for (const table of options.tables) {
    const copy = copies.get(table.name);
    if (copy === undefined || !hasColumns(copy, table)) differences.push(absence(table, copy));
    else await walkTable(comparison, sortedAlike(table, copy));
  }
  await settle(comparison);
  return [...differences, ...(await explain(comparison))];
}

function hasColumns(copy: ComparedTable, table: ComparedTable): boolean {
  const names = new Set(copy.columns.map(({ name }) => name));
  return table.columns.every(({ name }) => names.has(name));
}

function absence(table: ComparedTable, copy: ComparedTable | undefined): TableDifference {
  const { name, estimatedRows } = table;
  return {
    table: name,
    what: 'absent',
    sourceRows: estimatedRows,
    targetRows: copy?.estimatedRows ?? 0,
    rows: [],
  };
}

/**
 * Between the same two keys lie the same rows only where both servers sort alike. Where their collations differ keys
 * are sorted by their bytes, which no index may help with, but which is right.
 */
function sortedAlike(table: ComparedTable, copy: ComparedTable): ComparedTable {
  const collations = new Map(copy.key.map(({ name, collation }) => [name, collation]));
  const key = table.key.map((column) =>
    (collations.get(column.name) ?? null) === column.collation ? column : { ...column, collation: 'C' },
  );
  return { ...table, key };
}

/** Ranges that are due again are asked between those of the table, so that they do not pile up. */
async function walkTable(comparison: Comparison, table: ComparedTable): Promise<void> {
  let comparedRows = 0;
  let range: KeyRange = { table, after: null, upTo: null };
  for (;;) {
    const upTo = await readBoundary(comparison.servers, range, comparison.bounds.rangeRows);
    comparedRows += await askFirst(comparison, { ...range, upTo });
    const totalRows = upTo === null ? comparedRows : Math.max(table.estimatedRows, comparedRows);
    comparison.onProgress({ table: table.name, comparedRows, totalRows });
    await askDue(comparison);
    if (upTo === null) return;
    range = { table, after: upTo, upTo: null };
  }
}

/** Resolves to the rows that the source had. */
async function askFirst(comparison: Comparison, range: KeyRange): Promise<number> {
  const checksums = await readChecksums(comparison.servers, range);
  comparison.open.push(...(await judgeChecksums(comparison, openRange(range), checksums)));
  return checksums.source.rows;
}

/** Only a few: where all of a large table differs the walk would not come to its end otherwise. */
async function askDue(comparison: Comparison): Promise<void> {
  for (let asked = 0; asked < DUE_PER_STEP; asked += 1) {
    const [next, ...others] = comparison.open.sort(byDue);
    if (next === undefined || next.dueAtMs > Date.now()) return;
    comparison.open = [...(await checkRange(comparison, next)), ...others];
  }
}

function byDue(a: OpenRange, b: OpenRange): number {
  return a.dueAtMs - b.dueAtMs;
}

/** Until all ranges were seen equal, or for as long as is bearable. */
async function settle(comparison: Comparison): Promise<void> {
  const untilMs = Date.now() + comparison.bounds.settleMs;
  while (comparison.open.length > 0 && Date.now() < untilMs) {
    const [next, ...others] = comparison.open.sort(byDue);
    if (next === undefined) return;
    const pauseMs = Math.min(next.dueAtMs, untilMs) - Date.now();
    if (pauseMs > 0) await pauseFor(comparison.servers, pauseMs);
    comparison.open = [...(await checkRange(comparison, next)), ...others];
  }
}

async function explain(comparison: Comparison): Promise<readonly TableDifference[]> {
  const untilMs = Date.now() + comparison.bounds.reportMs;
  const differences: TableDifference[] = [];
  for (const open of Map.groupBy(comparison.open, ({ range }) => range.table.name).values()) {
    const difference = await explainRanges(comparison, open, untilMs);
    if (difference !== null) differences.push(difference);
  }
  return differences;
}
