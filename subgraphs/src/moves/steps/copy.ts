/** Waits until the rows of all tables have been copied. Postgres copies them; this says how far it is. */
import { setTimeout as sleep } from 'node:timers/promises';
import * as sql from '../channel/copy-sql.ts';
import { MoveGivenUp } from '../held-move.ts';
import { requireSlot } from './follow.ts';
import { forwardChannel, type MoveParts } from './move-step.ts';

const POLL_MS = 100;
const IDLE_POLL_MS = 400;
const MS_PER_SECOND = 1_000;
/** Workers start anew every five seconds or so after a failure; some such failures pass by themselves. */
const MAX_FAILURES = 20;
/** Speeds are told of so long a time. */
const RATE_MS = 3_000;

interface Counted {
  readonly rowsDone: number;
  readonly bytesDone: number;
  readonly detail: string | null;
  readonly isDone: boolean;
}

export async function awaitCopy(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  const { name } = forwardChannel(parts);
  const sources = (await sides.source.database.query(sql.selectTables())).map(sql.sourceTable);
  const rowsTotal = sum(sources.map(({ rows }) => rows));
  const bytesTotal = sum(sources.map(({ bytes }) => bytes));
  const rate = createRate();
  for (let polls = 0; ; polls += 1) {
    move.check();
    const copies = (await sides.target.database.query(sql.selectCopies(name))).map(sql.tableCopy);
    const counted = count(sources, copies);
    const bytesPerSecond = rate(counted.bytesDone);
    const remainingMs =
      bytesPerSecond === null || bytesPerSecond === 0
        ? null
        : ((bytesTotal - counted.bytesDone) / bytesPerSecond) * MS_PER_SECOND;
    const { rowsDone, bytesDone, detail } = counted;
    move.tell({ rowsDone, bytesDone, rowsTotal, bytesTotal, bytesPerSecond, remainingMs, detail });
    if (counted.isDone && copies.length > 0) break;
    await requireSlot(parts);
    await checkWorkers(parts);
    await sleep(polls < MS_PER_SECOND / POLL_MS ? POLL_MS : IDLE_POLL_MS);
  }
  move.tell({
    rowsDone: rowsTotal,
    bytesDone: bytesTotal,
    remainingMs: null,
    bytesPerSecond: null,
    detail: null,
  });
}

/** What a table has in the end is not known before; by the statistics of the source it is told in proportion. */
function count(sources: readonly sql.SourceTable[], copies: readonly sql.TableCopy[]): Counted {
  const byName = new Map(copies.map((copy) => [copy.table, copy]));
  let rowsDone = 0;
  let bytesDone = 0;
  let detail: string | null = null;
  let isDone = true;
  for (const { name, rows, bytes } of sources) {
    // The subscription names tables as its own search path has them.
    const copy = byName.get(name) ?? byName.get(name.replace(/^public\./, ''));
    if (copy === undefined || !copy.isReady) isDone = false;
    if (copy === undefined) continue;
    if (copy.isCopied) {
      rowsDone += rows;
      bytesDone += bytes;
    } else if (copy.rows > 0) {
      detail = copy.table;
      rowsDone += rows === 0 ? copy.rows : Math.min(copy.rows, rows);
      bytesDone += rows === 0 ? 0 : bytes * Math.min(1, copy.rows / rows);
    }
  }
  return { rowsDone, bytesDone, detail, isDone };
}

/** @throws MoveGivenUp when what fails fails again and again */
async function checkWorkers(parts: MoveParts): Promise<void> {
  const { move, sides } = parts;
  const { name } = forwardChannel(parts);
  const { workers, failures } = sql.failuresOf(await sides.target.database.query(sql.selectFailures(name)));
  const { shard } = sides.target;
  if (failures >= MAX_FAILURES) {
    throw new MoveGivenUp(
      'failed',
      `The Postgres of shard ${shard} fails to take the rows, as when its disk is full: its log says why`,
    );
  }
  if (workers > 0) return;
  move.tell({ detail: `waits for a replication worker of shard ${shard} (max_logical_replication_workers)` });
}

function createRate(): (bytes: number) => number | null {
  const seen: { readonly atMs: number; readonly bytes: number }[] = [];
  return (bytes) => {
    const atMs = performance.now();
    seen.push({ atMs, bytes });
    while (seen.length > 2 && (seen[1]?.atMs ?? atMs) < atMs - RATE_MS) seen.shift();
    const [first] = seen;
    if (first === undefined || atMs - first.atMs < POLL_MS) return null;
    return ((bytes - first.bytes) * MS_PER_SECOND) / (atMs - first.atMs);
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
