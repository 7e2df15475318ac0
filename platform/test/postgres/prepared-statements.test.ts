import { afterEach, beforeEach, expect, test } from 'vitest';
import { isPostgresError } from '../../src/index.ts';
import { PreparedStatements } from '../../src/postgres/wire/prepared-statements.ts';
import { DatabaseFixture, prepared, sql } from '../support/databases.ts';

let fixture: DatabaseFixture;

beforeEach(async () => {
  fixture = await DatabaseFixture.create();
});

afterEach(() => fixture.dispose());

const HELD = sql('SELECT statement FROM pg_prepared_statements ORDER BY statement');

test('a statement is prepared once, and answers alike each time', async () => {
  const database = fixture.open({ max: 1 });
  const ask = (n: number) => database.query(prepared('SELECT $1::int, $2::text, now() IS NULL', n, 'x'));
  expect(await ask(1)).toEqual([[1, 'x', false]]);
  expect(await ask(2)).toEqual([[2, 'x', false]]);
  expect(await database.query(HELD)).toEqual([['SELECT $1::int, $2::text, now() IS NULL']]);
});

test('statements without a result, without rows and without columns can be prepared', async () => {
  const database = fixture.open({ max: 1 });
  await database.query(sql('CREATE TABLE item (id int)'));
  for (const id of [1, 2]) {
    expect(await database.query(prepared('INSERT INTO item VALUES ($1)', id))).toEqual([]);
    expect(await database.query(prepared('SELECT id FROM item WHERE id > $1', 9))).toEqual([]);
    expect(await database.query(prepared('SELECT FROM item WHERE id = $1', 1))).toEqual([[]]);
  }
});

test('a connection holds the statements used last, and no more than it may', async () => {
  const database = fixture.open({ max: 1, maxPrepared: 2 });
  for (const text of ['SELECT 1', 'SELECT 2', 'SELECT 1', 'SELECT 3', 'SELECT 1']) {
    expect(await database.query(prepared(text))).toEqual([[Number(text.slice(-1))]]);
  }
  expect(await database.query(HELD)).toEqual([['SELECT 1'], ['SELECT 3']]);
});

test('statements that fail leave none behind', async () => {
  const database = fixture.open({ max: 1, maxPrepared: 2 });
  for (const divisor of ['0', '0 + 0', '0 * 1']) {
    const error = await database
      .query(prepared(`SELECT 1 / (${divisor} + $1::int)`, 0))
      .catch((caught: unknown) => caught);
    expect(isPostgresError(error) && error.code).toBe('22012');
  }
  expect(await database.query(prepared('SELECT 1 / (0 + $1::int)', 1))).toEqual([[1]]);
  expect(await database.query(HELD)).toEqual([['SELECT 1 / (0 + $1::int)']]);
});

test('they can be turned off', async () => {
  const database = fixture.open({ max: 1, maxPrepared: 0 });
  expect(await database.query(prepared('SELECT $1::text', 'x'))).toEqual([['x']]);
  expect(await database.query(HELD)).toEqual([]);
});

test('a table that changed under a prepared statement is read as it is now', async () => {
  const [database, other] = [fixture.open({ max: 1 }), fixture.open()];
  await other.query(sql('CREATE TABLE item (id int); INSERT INTO item VALUES (7)'));
  const all = prepared('SELECT * FROM item');
  expect(await database.query(all)).toEqual([[7]]);
  await other.query(sql("ALTER TABLE item ADD COLUMN name text DEFAULT 'x'"));
  expect(await database.query(all)).toEqual([[7, 'x']]);
  await other.query(sql('ALTER TABLE item ALTER COLUMN id TYPE text'));
  // In a transaction it can only be repeated as a whole.
  expect(await database.transaction((transaction) => transaction.query(all))).toEqual([['7', 'x']]);
});

test('a prepared statement that the server has lost is sent again', async () => {
  const database = fixture.open({ max: 1 });
  expect(await database.query(prepared('SELECT 5'))).toEqual([[5]]);
  await database.query(sql('DEALLOCATE ALL'));
  expect(await database.query(prepared('SELECT 5'))).toEqual([[5]]);
  await database.query(sql('DEALLOCATE ALL'));
  expect(await database.transaction((transaction) => transaction.query(prepared('SELECT 5')))).toEqual([[5]]);
});

test('many texts at once on few connections all get their own answers', async () => {
  const database = fixture.open({ max: 3, maxPrepared: 4 });
  const numbers = Array.from({ length: 300 }, (_, index) => index);
  const answers = await Promise.all(
    numbers.map((n) => database.query(prepared(`SELECT $1::int + ${n % 11}`, n))),
  );
  expect(answers).toEqual(numbers.map((n) => [[n + (n % 11)]]));
});

test('the one used least recently goes first, and its name is to be closed', () => {
  const statements = new PreparedStatements(2);
  const [a, b] = [statements.get('a'), statements.get('b')];
  expect(statements.get('a')).toBe(a);
  statements.get('c');
  expect(statements.takeObsolete()).toEqual([b.name]);
  expect(statements.takeObsolete()).toEqual([]);
  expect(statements.get('a')).toBe(a);
  // The same text has the same name on every connection.
  expect(statements.get('b').name).toBe(b.name);
});
