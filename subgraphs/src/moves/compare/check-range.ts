/** One more attempt to see a range of keys equal on both servers. */
import type { KeyRange } from './key-range-sql.ts';
import {
  type ComparedServers,
  pauseFor,
  type RangeChecksums,
  readChecksums,
  splitRange,
} from './range-queries.ts';
import { askSuspects, followSuspects, type SuspectRows, startSuspects } from './suspect-rows.ts';

/** How long and how finely is compared. */
export interface CompareBounds {
  /** Rows of a range, at first. */
  readonly rangeRows: number;
  /** Ranges of so many rows are not split any more, but compared row by row. */
  readonly smallRows: number;
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** How long ranges that differed are asked again, once all ranges were asked. */
  readonly settleMs: number;
  /** How long the differing keys of the ranges that still differ then are looked for. */
  readonly reportMs: number;
}

export interface RangeCheck {
  readonly servers: ComparedServers;
  readonly bounds: CompareBounds;
}

/** A range that was not seen equal yet. */
export interface OpenRange {
  readonly range: KeyRange;
  readonly attempts: number;
  /** Unix time in ms of the next attempt. */
  readonly dueAtMs: number;
  /** Checksums that the source has had. */
  readonly had: ReadonlySet<string>;
  /** As they were last; null when the range was not asked yet. */
  readonly last: RangeChecksums | null;
  readonly suspects: SuspectRows | null;
}

/** The copy mostly lags by ms. Longer following would keep other ranges waiting. */
const LONGEST_FOLLOWING_MS = 250;
const FOLLOW_PAUSE_MS = 1;

export function openRange(range: KeyRange): OpenRange {
  return { range, attempts: 0, dueAtMs: 0, had: new Set(), last: null, suspects: null };
}

/** What is still open afterwards; nothing when the range is proved. */
export async function checkRange(check: RangeCheck, open: OpenRange): Promise<readonly OpenRange[]> {
  if (open.suspects !== null) return checkSuspects(check, open, open.suspects);
  return judgeChecksums(check, open, await readChecksums(check.servers, open.range));
}

/**
 * What is still open with these checksums. A range that the source keeps changing is split, as smaller ones rest
 * sooner. One that only differs is asked again later: the copy may lag, or be wrong.
 */
export async function judgeChecksums(
  check: RangeCheck,
  open: OpenRange,
  checksums: RangeChecksums,
): Promise<readonly OpenRange[]> {
  const had = new Set(open.had).add(checksums.source.checksum);
  // The copy follows the source, so it is right when it is what the source has been a moment ago.
  if (had.has(checksums.target.checksum)) return [];
  const next = { ...again(check, open), had, last: checksums };
  const isHot = open.had.size > 0 && !open.had.has(checksums.source.checksum);
  return isHot && open.range.table.key.length > 0 ? refine(check, next) : [next];
}

/** The halves of a large range, and the rows of a small one. */
async function refine({ servers, bounds }: RangeCheck, open: OpenRange): Promise<readonly OpenRange[]> {
  const rows = open.last?.source.rows ?? 0;
  if (rows > bounds.smallRows) {
    const halves = await splitRange(servers, open.range, rows);
    return halves === null ? [open] : halves.map(openRange);
  }
  const suspects = await startSuspects(servers, open.range, bounds.smallRows);
  if (suspects === null || suspects.open.size > 0) return [{ ...open, suspects }];
  return suspects.isWhole ? [] : [open];
}

async function checkSuspects(
  check: RangeCheck,
  open: OpenRange,
  suspects: SuspectRows,
): Promise<readonly OpenRange[]> {
  await askSuspects(check.servers, suspects);
  const next = again(check, open);
  const followUntilMs = Date.now() + Math.min(pauseMs(check.bounds, open.attempts), LONGEST_FOLLOWING_MS);
  while (suspects.open.size > 0 && Date.now() < followUntilMs) {
    await pauseFor(check.servers, FOLLOW_PAUSE_MS);
    await followSuspects(check.servers, suspects);
  }
  if (suspects.open.size > 0) return [next];
  return suspects.isWhole ? [] : [{ ...next, suspects: null }];
}

function again({ bounds }: RangeCheck, open: OpenRange): OpenRange {
  return {
    ...open,
    attempts: open.attempts + 1,
    dueAtMs: Date.now() + pauseMs(bounds, open.attempts),
  };
}

function pauseMs({ firstPauseMs, longestPauseMs }: CompareBounds, attempts: number): number {
  return Math.min(firstPauseMs * 2 ** attempts, longestPauseMs);
}
