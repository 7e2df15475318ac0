/**
 * Compares the rows of a small range one by one. Where rows change all the time a range may never be equal as a whole,
 * but each of its rows is at some moment.
 */
import type { Row } from '@rocket/platform';
import { z } from 'zod';
import { type Key, type KeyRange, selectRangeRows, selectRowsByKey } from './key-range-sql.ts';
import { askBoth, type ComparedServers } from './range-queries.ts';
import type { DifferingRow } from './table-difference.ts';

interface SuspectRow {
  readonly key: Key;
  /** Hashes that the source's row has had, {@link ABSENT} where there was none. */
  readonly had: Set<string>;
  target: string;
  source: string;
}

/** Rows of a range that were never seen equal. */
export interface SuspectRows {
  readonly range: KeyRange;
  /** By the key as JSON. */
  readonly open: Map<string, SuspectRow>;
  /** False when the target had so many rows that some were not looked at. */
  readonly isWhole: boolean;
}

const ABSENT = '';
/** Surplus rows of the target that are looked at, for each row that the source may have. */
const TARGET_FACTOR = 4;
const HashRow = z.tuple([z.string()], z.string());

/** Rows by key as JSON. */
type Hashes = ReadonlyMap<string, { readonly key: Key; readonly hash: string }>;

/** Null when the source has more than `maxRows` rows by now. Rows that come into the range later are not looked at. */
export async function startSuspects(
  servers: ComparedServers,
  range: KeyRange,
  maxRows: number,
): Promise<SuspectRows | null> {
  const limit = maxRows * TARGET_FACTOR;
  const [sourceRows, targetRows] = await askBoth(servers, selectRangeRows(range, limit));
  if (sourceRows.length > maxRows) return null;
  const source = readHashes(sourceRows);
  const target = readHashes(targetRows);
  const open = new Map<string, SuspectRow>();
  for (const [id, { key }] of [...source, ...target]) {
    open.set(id, { key, had: new Set(), source: ABSENT, target: ABSENT });
  }
  const suspects = { range, open, isWhole: targetRows.length < limit };
  note(suspects, source, 'source');
  note(suspects, target, 'target');
  dropProved(suspects);
  return suspects;
}

/** Asks for the rows once more. The copy follows the source, so one that is what the source's row has been is right. */
export async function askSuspects(servers: ComparedServers, suspects: SuspectRows): Promise<void> {
  const [source, target] = await askBoth(servers, statementFor(suspects));
  note(suspects, readHashes(source), 'source');
  note(suspects, readHashes(target), 'target');
  dropProved(suspects);
}

/** Asks only the target, for the moment in which it has what the source had when it was last asked. */
export async function followSuspects(servers: ComparedServers, suspects: SuspectRows): Promise<void> {
  const rows = await servers.target.query(statementFor(suspects), { signal: servers.signal });
  note(suspects, readHashes(rows), 'target');
  dropProved(suspects);
}

export function differingRows(suspects: SuspectRows): readonly DifferingRow[] {
  return [...suspects.open.values()].map(({ key, source, target }) => ({
    key,
    what: whatOf(source, target),
  }));
}

function whatOf(source: string, target: string): DifferingRow['what'] {
  if (target === ABSENT) return 'missing';
  return source === ABSENT ? 'surplus' : 'changed';
}

function statementFor({ range, open }: SuspectRows) {
  return selectRowsByKey(
    range.table,
    [...open.values()].map(({ key }) => key),
  );
}

function readHashes(rows: readonly Row[]): Hashes {
  return new Map(
    rows.map((row) => {
      const [hash, ...key] = HashRow.parse(row);
      return [JSON.stringify(key), { key, hash }];
    }),
  );
}

function note({ open }: SuspectRows, hashes: Hashes, server: 'source' | 'target'): void {
  for (const [id, suspect] of open) {
    const hash = hashes.get(id)?.hash ?? ABSENT;
    suspect[server] = hash;
    if (server === 'source') suspect.had.add(hash);
  }
}

function dropProved({ open }: SuspectRows): void {
  for (const [id, { had, target }] of open) if (had.has(target)) open.delete(id);
}
