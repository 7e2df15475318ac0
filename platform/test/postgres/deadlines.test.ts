import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isConnectionError, isPostgresError } from '../../src/index.ts';
import { DatabaseFixture, prepared, running, sql } from '../support/databases.ts';
import { codeOf } from '../support/fixtures.ts';

let fixture: DatabaseFixture;

beforeEach(async () => {
  fixture = await DatabaseFixture.create();
});

afterEach(() => fixture.dispose());

const soon = () => ({ deadlineAtMs: Date.now() + 100 });

test('a statement is given up at its deadline, on the server too, and its connection is not used again', async () => {
  const [database, observer] = [fixture.open({ max: 1 }), fixture.open()];
  const [before] = await database.query(sql('SELECT pg_backend_pid()'));
  expect(await codeOf(database.query(prepared('SELECT pg_sleep(60)'), soon()))).toBe('DEADLINE_EXCEEDED');
  await vi.waitFor(async () => expect(await running(observer, 'pg_sleep(60)')).toEqual([]), {
    timeout: 10_000,
  });
  const [after] = await database.query(sql('SELECT pg_backend_pid()'));
  expect(after).not.toEqual(before);
  expect(database.status()).toEqual({ open: 1, inUse: 0, idle: 1, waiting: 0 });
});

test('a statement whose caller goes away is given up, on the server too, with the reason of their signal', async () => {
  const [database, observer] = [fixture.open({ max: 1 }), fixture.open()];
  const leaving = new AbortController();
  const { signal } = leaving;
  const slow = database.query(prepared('SELECT pg_sleep(61)'), { signal });
  const waiting = database.query(sql('SELECT 1'), { signal });
  const staying = database.query(sql('SELECT 2'));
  await vi.waitFor(async () => expect(await running(observer, 'pg_sleep(61)')).toHaveLength(1), {
    timeout: 10_000,
  });
  const reason = new Error('gone');
  leaving.abort(reason);
  await expect(slow).rejects.toBe(reason);
  await expect(waiting).rejects.toBe(reason);
  await expect(database.query(sql('SELECT 3'), { signal })).rejects.toBe(reason);
  await expect(database.query({ ...prepared('SELECT 4'), isShortRead: true }, { signal })).rejects.toBe(
    reason,
  );
  expect(await staying).toEqual([[2]]);
  await vi.waitFor(async () => expect(await running(observer, 'pg_sleep(61)')).toEqual([]), {
    timeout: 10_000,
  });
  expect(database.status()).toEqual({ open: 1, inUse: 0, idle: 1, waiting: 0 });
});

test('a deadline that has passed costs no statement', async () => {
  const texts: string[] = [];
  const database = fixture.open({ onStatement: (text) => texts.push(text) });
  const past = { deadlineAtMs: Date.now() - 1 };
  expect(await codeOf(database.query(sql('SELECT 1'), past))).toBe('DEADLINE_EXCEEDED');
  const attempt = database.transaction((transaction) => transaction.query(sql('SELECT 1')), past);
  expect(await codeOf(attempt)).toBe('DEADLINE_EXCEEDED');
  expect(texts).toEqual([]);
});

test('waiting for a connection counts', async () => {
  const database = fixture.open({ max: 1 });
  const slow = database.query(sql('SELECT pg_sleep(0.5)'));
  expect(await codeOf(database.query(sql('SELECT 1'), soon()))).toBe('DEADLINE_EXCEEDED');
  expect(await codeOf(database.transaction(() => Promise.resolve(), soon()))).toBe('DEADLINE_EXCEEDED');
  await slow;
});

test('an earlier deadline that comes after a later one is kept', async () => {
  const database = fixture.open({ max: 2 });
  const late = database.query(sql('SELECT pg_sleep(0.5)'), { deadlineAtMs: Date.now() + 60_000 });
  expect(await codeOf(database.query(sql('SELECT pg_sleep(60)'), soon()))).toBe('DEADLINE_EXCEEDED');
  expect(await late).toEqual([['']]);
});

test('a transaction is rolled back at its deadline, and leaves no lock', async () => {
  const [database, other] = [fixture.open({ max: 1 }), fixture.open()];
  await other.query(sql('CREATE TABLE item (id int); INSERT INTO item VALUES (1)'));
  const attempt = database.transaction(async (transaction) => {
    await transaction.query(sql('UPDATE item SET id = 2'));
    await transaction.query(sql('SELECT pg_sleep(60)')).catch(() => undefined);
    // The error that was swallowed does not make it usable again.
    return await transaction.query(sql('SELECT 1'));
  }, soon());
  expect(await codeOf(attempt)).toBe('DEADLINE_EXCEEDED');
  await other.query(sql('UPDATE item SET id = 3'));
  expect(await other.query(sql('SELECT id FROM item'))).toEqual([[3]]);
});

test('a transaction whose work outlasts its deadline is not committed', async () => {
  const database = fixture.open({ max: 1 });
  await database.query(sql('CREATE TABLE item (id int)'));
  const deadlineAtMs = Date.now() + 200;
  const attempt = database.transaction(
    async (transaction) => {
      await transaction.query(sql('INSERT INTO item VALUES (1)'));
      await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(deadlineAtMs));
    },
    { deadlineAtMs },
  );
  expect(await codeOf(attempt)).toBe('DEADLINE_EXCEEDED');
  expect(await database.query(sql('SELECT * FROM item'))).toEqual([]);
});

test('the server has a limit of its own within a transaction with a deadline, and none after it', async () => {
  const database = fixture.open({ max: 1 });
  const limit = await database.transaction(
    (transaction) =>
      transaction.query(sql("SELECT setting::int > 0 FROM pg_settings WHERE name = 'statement_timeout'")),
    { deadlineAtMs: Date.now() + 60_000 },
  );
  expect(limit).toEqual([[true]]);
  expect(await database.query(sql('SHOW statement_timeout'))).toEqual([['0']]);
});

test('deadlines under load refuse only those they belong to', async () => {
  const database = fixture.open({ max: 4 });
  const work = Array.from({ length: 60 }, (_, index) =>
    index % 6 === 0
      ? codeOf(database.query(sql('SELECT pg_sleep(60)'), soon()))
      : database.query(prepared('SELECT $1::int', index), { deadlineAtMs: Date.now() + 60_000 }),
  );
  const answers = await Promise.all(work);
  expect(answers).toEqual(answers.map((_, index) => (index % 6 === 0 ? 'DEADLINE_EXCEEDED' : [[index]])));
});

test('close waits for the connections that were given up', async () => {
  const [database, observer] = [fixture.open({ max: 1 }), fixture.open()];
  expect(await codeOf(database.query(sql('SELECT pg_sleep(60)'), soon()))).toBe('DEADLINE_EXCEEDED');
  await database.close();
  expect(database.status().open).toBe(0);
  expect(await running(observer, 'pg_sleep(60)')).toEqual([]);
});

/** Takes connections and never answers. */
async function deafServer(): Promise<{ server: Server; url: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return { server, url: `postgres://nobody@127.0.0.1:${port}/none` };
}

test('a server that does not answer is a lost connection, or the deadline when that comes first', async () => {
  const { server, url } = await deafServer();
  try {
    const database = fixture.open({ url, acquireTimeoutMs: 300 });
    const attempts = [database.query(sql('SELECT 1')), database.query(sql('SELECT 1'), soon())];
    const [lost, late] = await Promise.all(attempts.map((each) => each.catch((error: unknown) => error)));
    expect(isConnectionError(lost)).toBe(true);
    expect(late).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  } finally {
    server.close();
  }
});

test('an error of the statement itself stays what it is', async () => {
  const database = fixture.open();
  // A first connection may take longer than the deadline.
  await database.query(sql('SELECT 1'));
  const error = await database.query(sql('SELECT 1/0'), soon()).catch((caught: unknown) => caught);
  expect(isPostgresError(error) && error.code).toBe('22012');
});
