/** The source is written to all the time, and the copy follows a little later. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CompareBounds } from '../../../src/moves/compare/check-range.ts';
import { compareWhileWritten } from '../../../src/moves/compare/compare-while-written.ts';
import { describeDifference } from '../../../src/moves/compare/table-difference.ts';
import { createTwoDatabases, type TwoDatabases } from './two-databases.ts';

const LAG_MS = 50;
const BOUNDS = { rangeRows: 500, smallRows: 10, firstPauseMs: 10, longestPauseMs: 200 };

/** Without time for a report, whatever was not seen equal before is told of. */
const PATIENT = { settleMs: 20_000, reportMs: 0 };

let both: TwoDatabases;
beforeEach(async () => {
  both = await createTwoDatabases();
  await both.run(`
    CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL, note text);
    INSERT INTO t SELECT n, 0, 'note ' || n FROM generate_series(1, 2000) n`);
});
afterEach(() => both.dispose());

/** Writes to the source, and in the same order to the target, while `work` runs. */
async function whileWriting<T>(write: (n: number) => string, work: () => Promise<T>): Promise<T> {
  const written: { readonly sql: string; readonly atMs: number }[] = [];
  let isOver = false;
  const writer = async () => {
    for (let n = 0; !isOver; n += 1) {
      const sql = write(n);
      await both.run(sql, 'source');
      written.push({ sql, atMs: Date.now() });
      await sleep(2);
    }
  };
  const follower = async () => {
    while (!isOver || written.length > 0) {
      const next = written.shift();
      if (next === undefined) {
        await sleep(1);
        continue;
      }
      await sleep(Math.max(0, next.atMs + LAG_MS - Date.now()));
      await both.run(next.sql, 'target');
    }
  };
  const writing = Promise.all([writer(), follower()]);
  try {
    return await work();
  } finally {
    isOver = true;
    await writing;
  }
}

const compare = async (bounds: Partial<CompareBounds>) => {
  const tables = await both.tables();
  const differences = await compareWhileWritten({ ...both, tables, bounds: { ...BOUNDS, ...bounds } });
  return differences.map(describeDifference);
};

/** Updates all over the table, of one row more than of others, inserts at its end and deletes. */
function mixedWrite(n: number): string {
  const id = 1 + ((n * 7919) % 2000);
  if (n % 5 === 0) return `INSERT INTO t VALUES (${10_000 + n}, ${n}, 'new')`;
  if (n % 5 === 1) return `DELETE FROM t WHERE id = ${id} AND id <> 777`;
  return `UPDATE t SET n = ${n} WHERE id = ${n % 5 === 2 ? 1_000 : id}`;
}

describe('a copy that follows', () => {
  it('is equal when writes go everywhere', async () => {
    expect(await whileWriting(mixedWrite, () => compare(PATIENT))).toEqual([]);
  });

  it('is equal when one row is written all the time', async () => {
    const write = (n: number) => `UPDATE t SET n = ${n + 1} WHERE id = 3`;
    expect(await whileWriting(write, () => compare(PATIENT))).toEqual([]);
  });

  it('is not equal when a row is wrong between those that are written', async () => {
    await both.run(`UPDATE t SET note = 'wrong' WHERE id = 777`, 'target');
    const write = (n: number) => `UPDATE t SET n = ${n + 1} WHERE id = ${770 + (n % 15)}`;
    expect(await whileWriting(write, () => compare({ settleMs: 2_000 }))).toEqual([
      'Table "t" differs in the copy: 1 row changed, (777)',
    ]);
  });

  it('is not equal when rows are surplus or missing at the end that grows', async () => {
    await both.run('INSERT INTO t VALUES (9000, 0)', 'target');
    await both.run('INSERT INTO t VALUES (9001, 0)', 'source');
    expect(await whileWriting(mixedWrite, () => compare({ settleMs: 3_000 }))).toEqual([
      'Table "t" differs in the copy: 1 row missing, (9001); 1 row surplus, (9000)',
    ]);
  });
});
