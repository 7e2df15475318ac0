import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import {
  createDatabase,
  createDatabaseIfMissing,
  createLogger,
  dropDatabase,
  isPostgresError,
  type PooledDatabase,
  type Transaction,
} from '../../src/index.ts';
import { suppressedBy } from '../../src/lifecycle/clean-up.ts';
import { codeOf } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });
const sql = (text: string, ...values: unknown[]) => ({ text, values });

let place: TestDatabase;
let database: PooledDatabase;

beforeEach(async () => {
  place = await createTestDatabase();
  database = createDatabase({ url: place.url, logger });
  await database.query(sql('CREATE TABLE account (id int PRIMARY KEY, amount int NOT NULL)'));
  await database.query(sql('INSERT INTO account VALUES (1, 10), (2, 20)'));
});

afterEach(async () => {
  await database.close();
  await place.dispose();
});

const amounts = () => database.query(sql('SELECT amount FROM account ORDER BY id'));

test('work that rejects leaves nothing behind and its error passes through', async () => {
  const failure = new Error('changed my mind');
  const attempt = database.transaction(async (transaction) => {
    await transaction.query(sql('UPDATE account SET amount = 0'));
    throw failure;
  });
  await expect(attempt).rejects.toBe(failure);
  expect(await amounts()).toEqual([[10], [20]]);
});

test('a rollback that fails does not take the place of what the work failed with', async () => {
  const failure = new Error('changed my mind');
  const attempt = database.transaction(async (transaction) => {
    const [[pid] = []] = await transaction.query(sql('SELECT pg_backend_pid()'));
    await database.query(sql('SELECT pg_terminate_backend($1::int)', pid));
    throw failure;
  });
  await expect(attempt).rejects.toBe(failure);
  // Nor does it pass for the reason: the work would seem to have failed for a lost connection.
  expect(failure.cause).toBeUndefined();
  expect(suppressedBy(failure)).toHaveLength(1);
  expect(await amounts()).toEqual([[10], [20]]);
});

/** Resolves for all when it was called by `parties`; later calls do not wait. */
function meeting(parties: number): () => Promise<void> {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return async () => {
    arrived += 1;
    if (arrived === parties) all.resolve();
    await all.promise;
  };
}

test('a lost update is retried until it is right', async () => {
  let attempts = 0;
  const allHaveRead = meeting(3);
  const addOne = () =>
    database.transaction(
      async (transaction) => {
        attempts += 1;
        const [row] = await transaction.query(sql('SELECT amount FROM account WHERE id = 1'));
        await allHaveRead();
        await transaction.query(sql('UPDATE account SET amount = $1 WHERE id = 1', Number(row?.[0]) + 1));
      },
      { isolation: 'repeatable read' },
    );
  await Promise.all([addOne(), addOne(), addOne()]);
  expect(await amounts()).toEqual([[13], [20]]);
  expect(attempts).toBeGreaterThanOrEqual(5);
});

test('a deadlock is resolved by a retry', async () => {
  const bothHaveLocked = meeting(2);
  const move = (first: number, second: number) =>
    database.transaction(async (transaction) => {
      await transaction.query(sql('UPDATE account SET amount = amount + 1 WHERE id = $1', first));
      await bothHaveLocked();
      await transaction.query(sql('UPDATE account SET amount = amount + 1 WHERE id = $1', second));
    });
  await Promise.all([move(1, 2), move(2, 1)]);
  expect(await amounts()).toEqual([[12], [22]]);
});

test('a conflict that goes on is given up after five retries', async () => {
  let attempts = 0;
  const attempt = database.transaction(async (transaction) => {
    attempts += 1;
    await transaction.query(sql(`DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '40001'; END $$`));
  });
  const error = await attempt.catch((caught: unknown) => caught);
  expect(isPostgresError(error) && error.code).toBe('40001');
  expect(attempts).toBe(6);
});

test('an error that the work swallows is not a commit', async () => {
  const attempt = database.transaction(async (transaction) => {
    await transaction.query(sql('UPDATE account SET amount = 0'));
    await transaction.query(sql('SELECT 1/0')).catch(() => undefined);
  });
  expect(await codeOf(attempt)).toBe('INTERNAL_ERROR');
  expect(await amounts()).toEqual([[10], [20]]);
});

test('a transaction that is over runs nothing more', async () => {
  const escaped = await database.transaction(
    (transaction): Promise<{ transaction: Transaction }> => Promise.resolve({ transaction }),
  );
  expect(await codeOf(escaped.transaction.query(sql('SELECT 1')))).toBe('INTERNAL_ERROR');
});

test('work without a statement needs no transaction', async () => {
  expect(await database.transaction(() => Promise.resolve('nothing'))).toBe('nothing');
});

describe('a last statement that commits', () => {
  const prepared = (text: string, ...values: unknown[]) => ({ text, values, prepare: true });

  test('gives its rows, and nothing runs after it', async () => {
    const late = await database.transaction(async (transaction) => {
      await transaction.query(prepared('UPDATE account SET amount = 11 WHERE id = 1'));
      const rows = await transaction.commitWith(
        prepared('UPDATE account SET amount = $1::int WHERE id = 2 RETURNING amount', 21),
      );
      expect(rows).toEqual([[21]]);
      // Seen by others before the work has ended.
      expect(await amounts()).toEqual([[11], [21]]);
      return await codeOf(transaction.query(sql('SELECT 1')));
    });
    expect(late).toBe('INTERNAL_ERROR');
  });

  test('can be the only one, with values or without', async () => {
    await database.transaction((tx) => tx.commitWith(sql('UPDATE account SET amount = $1::int', 5)));
    expect(await amounts()).toEqual([[5], [5]]);
    await database.transaction((tx) => tx.commitWith(sql('UPDATE account SET amount = 6')));
    expect(await amounts()).toEqual([[6], [6]]);
  });

  test('rolls everything back when it fails, or when the commit does', async () => {
    await database.query(
      sql(`CREATE TABLE entry (account_id int REFERENCES account DEFERRABLE INITIALLY DEFERRED)`),
    );
    const failing = [sql('SELECT 1 / $1::int', 0), prepared('INSERT INTO entry VALUES ($1::int)', 9)];
    for (const last of failing) {
      const attempt = database.transaction(async (transaction) => {
        await transaction.query(sql('UPDATE account SET amount = 0'));
        await transaction.commitWith(last);
      });
      const error = await attempt.catch((caught: unknown) => caught);
      expect(isPostgresError(error) && error.code).toMatch(/22012|23503/);
      expect(await amounts()).toEqual([[10], [20]]);
    }
    expect(database.status()).toMatchObject({ open: 1 });
  });

  test('is repeated with the rest after a conflict', async () => {
    const bothHaveRead = meeting(2);
    const addOne = () =>
      database.transaction(
        async (transaction) => {
          const [row] = await transaction.query(prepared('SELECT amount FROM account WHERE id = 1'));
          await bothHaveRead();
          await transaction.commitWith(
            prepared('UPDATE account SET amount = $1 WHERE id = 1', Number(row?.[0]) + 1),
          );
        },
        { isolation: 'serializable' },
      );
    await Promise.all([addOne(), addOne()]);
    expect(await amounts()).toEqual([[12], [20]]);
  });
});

test.each([
  ['prepared', { text: 'SELECT 1 / $1::int', values: [0], prepare: true }],
  ['with values', sql('SELECT 1 / $1::int', 0)],
  ['as plain text', sql('SELECT 1 / 0')],
])('a first statement that fails takes those sent beside it along: %s', async (_, failing) => {
  const beside = Promise.withResolvers<unknown>();
  const attempt = database.transaction(async (transaction) => {
    const first = transaction.query(failing);
    beside.resolve(transaction.query(sql('UPDATE account SET amount = $1::int', 0)).catch((error) => error));
    await first;
  });
  const error = await attempt.catch((caught: unknown) => caught);
  expect(isPostgresError(error) && error.code).toBe('22012');
  expect(await beside.promise).toBeInstanceOf(Error);
  expect(await amounts()).toEqual([[10], [20]]);
});

test('a statement timeout of a transaction ends with it', async () => {
  const single = createDatabase({ url: place.url, logger, max: 1 });
  try {
    const attempt = single.transaction((transaction) => transaction.query(sql('SELECT pg_sleep(10)')), {
      statementTimeoutMs: 50,
    });
    const error = await attempt.catch((caught: unknown) => caught);
    expect(isPostgresError(error) && error.code).toBe('57014');
    expect(await single.query(sql('SHOW statement_timeout'))).toEqual([['0']]);
  } finally {
    await single.close();
  }
});

test('databases are made once, also by two at once, and dropped under open connections', async () => {
  const name = `${place.name}_made`;
  const made = await Promise.all([1, 2, 3].map(() => createDatabaseIfMissing(place.serverUrl, name)));
  expect(made.filter((each) => each)).toHaveLength(1);
  const other = createDatabase({ url: place.url.replace(place.name, name), logger });
  await other.query(sql('SELECT 1'));
  await dropDatabase(place.serverUrl, name);
  await dropDatabase(place.serverUrl, name);
  const error = await other.query(sql('SELECT 1')).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Error);
  await other.close();
});
