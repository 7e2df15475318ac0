import { afterEach, beforeEach, expect, it } from 'vitest';
import { compareAtRest } from '../../../src/moves/compare/compare-at-rest.ts';
import { describeDifference } from '../../../src/moves/compare/table-difference.ts';
import { createTwoDatabases, type TwoDatabases } from './two-databases.ts';

let both: TwoDatabases;
beforeEach(async () => {
  both = await createTwoDatabases();
  await both.run(`
    CREATE TABLE small (id bigint PRIMARY KEY, name text);
    CREATE TABLE "od'd ""table" (id bigint PRIMARY KEY, name text);
    CREATE TABLE large (id bigint PRIMARY KEY, name text);
    CREATE TABLE none ();
    INSERT INTO small SELECT n, 'a' FROM generate_series(1, 10) n;
    INSERT INTO "od'd ""table" SELECT n, 'a' FROM generate_series(1, 20) n;
    INSERT INTO large SELECT n, 'a' FROM generate_series(1, 100) n`);
});
afterEach(() => both.dispose());

const compare = async (budgetRows: number, countBudgetRows?: number) =>
  compareAtRest({
    source: both.source,
    target: both.target,
    tables: await both.tables(),
    budgetRows,
    ...(countBudgetRows === undefined ? {} : { countBudgetRows }),
  });

it('finds equal databases equal', async () => {
  expect(await compare(1_000)).toEqual({ differences: [], countedOnly: [], skipped: [] });
  expect(await compareAtRest({ ...both, tables: [], budgetRows: 1 })).toMatchObject({ differences: [] });
});

it('says what it did not look at', async () => {
  expect(await compare(30, 50)).toEqual({ differences: [], countedOnly: [], skipped: ['large'] });
  expect(await compare(10, 120)).toEqual({
    differences: [],
    countedOnly: [`od'd "table`, 'large'],
    skipped: [],
  });
});

it('finds changed rows within the budget, and different counts beyond it', async () => {
  await both.run(
    `UPDATE small SET name = 'b' WHERE id = 5; UPDATE large SET name = 'b' WHERE id = 5`,
    'target',
  );
  await both.run(`DELETE FROM "od'd ""table" WHERE id = 5`, 'target');
  const { differences } = await compare(10, 120);
  expect(differences.map(describeDifference)).toEqual([
    'Table "small" differs in the copy, somewhere in 10 rows',
    `Table "od'd \\"table" differs in the copy, which has 19 rows where the source has 20`,
  ]);
});

it('finds rows that exchanged their values, which the sum of hashed records alone does not', async () => {
  await both.run('CREATE TABLE pairs (a int PRIMARY KEY, b int)');
  await both.run('INSERT INTO pairs VALUES (1, 2), (3, 4)', 'source');
  await both.run('INSERT INTO pairs VALUES (1, 4), (3, 2)', 'target');
  expect((await compare(1_000)).differences).toMatchObject([
    { table: 'pairs', sourceRows: 2, targetRows: 2 },
  ]);
  const sum = { text: 'SELECT sum(hash_record_extended(ROW(a, b), 0))::text FROM pairs', values: [] };
  expect(await both.source.query(sum)).toEqual(await both.target.query(sum));
});
