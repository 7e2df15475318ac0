/** Finds the rows that make ranges differ, for the report. */
import type { OpenRange, RangeCheck } from './check-range.ts';
import type { KeyRange } from './key-range-sql.ts';
import { pauseFor, type RangeChecksums, readChecksums, splitRange } from './range-queries.ts';
import { askSuspects, differingRows, type SuspectRows, startSuspects } from './suspect-rows.ts';
import { type DifferingRow, MAX_TOLD_ROWS, type TableDifference } from './table-difference.ts';

/** How often rows are asked for again before they are told of, with pauses that double. */
const CONFIRMATIONS = 4;

interface Search {
  readonly check: RangeCheck;
  readonly untilMs: number;
  readonly found: DifferingRow[];
  /** Whether a range was left that may differ for other reasons than the rows found. */
  isCut: boolean;
}

/**
 * The difference of a table whose ranges never were equal; null when it turns out that all of their rows were, only
 * not at one moment.
 */
export async function explainRanges(
  check: RangeCheck,
  open: readonly OpenRange[],
  untilMs: number,
): Promise<TableDifference | null> {
  const search: Search = { check, untilMs, found: [], isCut: false };
  await confirm(
    search,
    open.flatMap(({ suspects }) => (suspects === null ? [] : [suspects])),
  );
  let sourceRows = 0;
  let targetRows = 0;
  for (const { range, last, suspects } of open) {
    sourceRows += last?.source.rows ?? 0;
    targetRows += last?.target.rows ?? 0;
    if (suspects === null) await searchRange(search, range);
  }
  const table = open[0]?.range.table.name;
  if (table === undefined || (search.found.length === 0 && !search.isCut)) return null;
  return { table, what: 'rows', sourceRows, targetRows, rows: search.found.slice(0, MAX_TOLD_ROWS) };
}

async function searchRange(search: Search, range: KeyRange): Promise<void> {
  if (search.found.length >= MAX_TOLD_ROWS || Date.now() >= search.untilMs) {
    search.isCut = true;
    return;
  }
  const { servers } = search.check;
  const checksums = await readChecksums(servers, range);
  if (checksums.source.checksum === checksums.target.checksum) return;
  const halves = await halvesOf(search, range, checksums);
  if (halves === null) return range.table.key.length === 0 ? cut(search) : searchRows(search, range);
  for (const half of halves) await searchRange(search, half);
}

async function halvesOf({ check }: Search, range: KeyRange, { source }: RangeChecksums) {
  return source.rows > check.bounds.smallRows ? splitRange(check.servers, range, source.rows) : null;
}

function cut(search: Search): void {
  search.isCut = true;
}

async function searchRows(search: Search, range: KeyRange): Promise<void> {
  const { servers, bounds } = search.check;
  const suspects = await startSuspects(servers, range, bounds.smallRows);
  if (suspects === null) cut(search);
  else await confirm(search, [suspects]);
}

/** Rows that are written to differ for a moment, so only those that keep differing are told of. */
async function confirm(search: Search, all: readonly SuspectRows[]): Promise<void> {
  const { servers, bounds } = search.check;
  for (let times = 0; times < CONFIRMATIONS; times += 1) {
    const open = all.filter((suspects) => suspects.open.size > 0);
    if (open.length === 0) break;
    await pauseFor(servers, Math.min(bounds.firstPauseMs * 2 ** times, bounds.longestPauseMs));
    for (const suspects of open) await askSuspects(servers, suspects);
  }
  search.found.push(...all.flatMap(differingRows));
  if (all.some(({ isWhole }) => !isWhole)) cut(search);
}
