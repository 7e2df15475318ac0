/** Asks both servers about a range of keys, at the same time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queryable, Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { type Key, type KeyRange, selectBoundary, selectRangeChecksum } from './key-range-sql.ts';

export interface ComparedServers {
  readonly source: Queryable;
  readonly target: Queryable;
  readonly signal: AbortSignal | undefined;
}

export interface RangeChecksum {
  readonly rows: number;
  /** Of the count too, so that equal texts mean equal ranges. */
  readonly checksum: string;
}

export interface RangeChecksums {
  readonly source: RangeChecksum;
  readonly target: RangeChecksum;
}

const ChecksumRow = z.tuple([z.coerce.number(), z.string()]);
const KeyRow = z.array(z.string());

/** @throws the signal's reason as soon as it aborts */
export async function pauseFor({ signal }: ComparedServers, ms: number): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

/** Rows of the source and of the target. */
export function askBoth(
  { source, target, signal }: ComparedServers,
  statement: Statement,
): Promise<[readonly Row[], readonly Row[]]> {
  return Promise.all([source.query(statement, { signal }), target.query(statement, { signal })]);
}

export async function readChecksums(servers: ComparedServers, range: KeyRange): Promise<RangeChecksums> {
  const [source, target] = await askBoth(servers, selectRangeChecksum(range));
  return { source: readChecksum(source[0]), target: readChecksum(target[0]) };
}

function readChecksum(row: Row | undefined): RangeChecksum {
  const [rows, checksum] = ChecksumRow.parse(row);
  return { rows, checksum: `${rows} ${checksum}` };
}

/** The key that ends the first `rows` rows of a range on the source; null when there are fewer, or no key. */
export async function readBoundary(
  { source, signal }: ComparedServers,
  range: KeyRange,
  rows: number,
): Promise<Key | null> {
  if (range.table.key.length === 0) return null;
  const [row] = await source.query(selectBoundary(range, rows), { signal });
  return row === undefined ? null : KeyRow.parse(row);
}

/** Both halves of a range that has about `rows` rows; null when it cannot be split. */
export async function splitRange(
  servers: ComparedServers,
  range: KeyRange,
  rows: number,
): Promise<readonly [KeyRange, KeyRange] | null> {
  if (rows < 2) return null;
  const middle = await readBoundary(servers, range, Math.floor(rows / 2));
  if (middle === null) return null;
  return [
    { ...range, upTo: middle },
    { ...range, after: middle },
  ];
}
