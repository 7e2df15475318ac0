import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import {
  createConnectionBudget,
  createDatabase,
  createLogger,
  type DatabaseOptions,
  isConnectionError,
  isPostgresError,
  type PooledDatabase,
  quoteIdentifier,
} from '../../src/index.ts';
import { codeOf } from '../support/fixtures.ts';

const logger = createLogger({ level: 'silent', name: 'test' });

let test1: TestDatabase;
let opened: PooledDatabase[];

beforeEach(async () => {
  test1 = await createTestDatabase();
  opened = [];
});

afterEach(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await test1.dispose();
});

function open(options: Partial<DatabaseOptions> = {}): PooledDatabase {
  const database = createDatabase({ url: test1.url, logger, ...options });
  opened.push(database);
  return database;
}

const sql = (text: string, ...values: unknown[]) => ({ text, values });

/** A transaction that keeps its connection until it is released. */
async function occupy(database: PooledDatabase): Promise<() => Promise<void>> {
  let release: () => void = () => undefined;
  let running: Promise<void> = Promise.resolve();
  await new Promise<void>((occupied, failed) => {
    running = database.transaction(async (transaction) => {
      await transaction.query(sql('SELECT 1'));
      await new Promise<void>((resolve) => {
        release = resolve;
        occupied();
      });
    });
    running.catch(failed);
  });
  return async () => {
    release();
    await running;
  };
}

test('an exhausted pool refuses in time, and serves again when a connection comes free', async () => {
  const database = open({ max: 1, maxWaiting: 1, acquireTimeoutMs: 200 });
  const release = await occupy(database);
  const waiting = codeOf(database.query(sql('SELECT 1')));
  // The queue is full: refused without waiting.
  expect(await codeOf(database.query(sql('SELECT 1')))).toBe('POOL_EXHAUSTED');
  expect(await waiting).toBe('POOL_EXHAUSTED');
  await release();
  expect(await database.query(sql('SELECT 7'))).toEqual([[7]]);
  expect(database.status()).toEqual({ open: 1, inUse: 0, idle: 1, waiting: 0 });
});

test('a pool starts empty, grows with its load up to its limit, and closes idle connections', async () => {
  const database = open({ max: 3, idleTimeoutMs: 50 });
  expect(database.status().open).toBe(0);
  await Promise.all(Array.from({ length: 12 }, () => database.query(sql('SELECT pg_sleep(0.02)'))));
  expect(database.status().open).toBeGreaterThan(1);
  expect(database.status().open).toBeLessThanOrEqual(3);
  await vi.waitFor(() => expect(database.status().open).toBe(0), { timeout: 10_000 });
});

test('a refused statement costs no connection', async () => {
  const database = open({ max: 1 });
  const [before] = await database.query(sql('SELECT pg_backend_pid()'));
  const error = await database.query(sql('SELECT 1/0')).catch((caught: unknown) => caught);
  expect(isPostgresError(error) && error.code).toBe('22012');
  expect(await database.query(sql('SELECT pg_backend_pid()'))).toEqual([before]);
});

test('a broken connection is not used again', async () => {
  const [database, killer] = [open({ max: 1 }), open()];
  const [pid] = (await database.query(sql('SELECT pg_backend_pid()')))[0] ?? [];
  const lost = database.transaction(async (transaction) => {
    await killer.query(sql('SELECT pg_terminate_backend($1)', pid));
    return await transaction.query(sql('SELECT pg_sleep(10)'));
  });
  expect(isConnectionError(await lost.catch((caught: unknown) => caught))).toBe(true);
  expect((await database.query(sql('SELECT pg_backend_pid()')))[0]).not.toEqual([pid]);
});

test('the loss of an idle connection does no harm', async () => {
  const [database, killer] = [open({ max: 1 }), open()];
  const [pid] = (await database.query(sql('SELECT pg_backend_pid()')))[0] ?? [];
  await killer.query(sql('SELECT pg_terminate_backend($1)', pid));
  await vi.waitFor(() => expect(database.status().open).toBe(0), { timeout: 10_000 });
  expect(await database.query(sql('SELECT 1'))).toEqual([[1]]);
});

test('databases share a budget: idle connections give way, and past it callers wait, then fail', async () => {
  const budget = createConnectionBudget({ maxPerProcess: 2 });
  const options = { budget, acquireTimeoutMs: 2_000, max: 2 };
  const [one, two] = [open(options), open(options)];
  await Promise.all([one.query(sql('SELECT pg_sleep(0.02)')), one.query(sql('SELECT pg_sleep(0.02)'))]);
  expect(one.status().open).toBe(2);
  const release = await Promise.all([occupy(two), occupy(two)]);
  expect(one.status().open + two.status().open).toBe(2);
  expect(await codeOf(one.query(sql('SELECT 1')))).toBe('POOL_EXHAUSTED');
  await Promise.all(release.map((each) => each()));
  expect(await one.query(sql('SELECT 1'))).toEqual([[1]]);
});

test('many databases under load stay within the budget and all finish', async () => {
  const budget = createConnectionBudget({ maxPerProcess: 3 });
  const databases = Array.from({ length: 5 }, () => open({ budget, max: 2 }));
  let most = 0;
  const work = databases.flatMap((database) =>
    Array.from({ length: 8 }, async () => {
      await database.query(sql('SELECT pg_sleep(0.002)'));
      most = Math.max(
        most,
        databases.reduce((sum, each) => sum + each.status().open, 0),
      );
    }),
  );
  await Promise.all(work);
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(3);
});

test('a closed database refuses, after it has finished what was running', async () => {
  const database = open();
  const running = database.query(sql('SELECT pg_sleep(0.1)'));
  await vi.waitFor(() => expect(database.status().inUse).toBe(1));
  await Promise.all([database.close(), running]);
  expect(await codeOf(database.query(sql('SELECT 1')))).toBe('NOT_READY');
});

test('statements are reported, and a statement timeout holds', async () => {
  const texts: string[] = [];
  const database = open({ statementTimeoutMs: 50, onStatement: (text) => texts.push(text) });
  const error = await database.query(sql('SELECT pg_sleep(10)')).catch((caught: unknown) => caught);
  expect(isPostgresError(error) && error.code).toBe('57014');
  await database.transaction((transaction) => transaction.query(sql('SELECT 1')));
  expect(texts).toEqual(['SELECT pg_sleep(10)', 'SELECT 1']);
});

test('identifiers are quoted, and refused when Postgres would cut them', () => {
  expect(quoteIdentifier('a"b')).toBe('"a""b"');
  expect(() => quoteIdentifier('a'.repeat(64))).toThrow('63 bytes');
  expect(() => quoteIdentifier('')).toThrow('63 bytes');
});
