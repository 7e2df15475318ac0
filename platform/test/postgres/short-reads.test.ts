/** Reads that are sent together: each is answered as if it was alone. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isPostgresError } from '../../src/index.ts';
import { DatabaseFixture, prepared, running, sql } from '../support/databases.ts';
import { codeOf } from '../support/fixtures.ts';

let fixture: DatabaseFixture;

beforeEach(async () => {
  fixture = await DatabaseFixture.create();
});

afterEach(() => fixture.dispose());

const short = (text: string, ...values: unknown[]) => ({ ...prepared(text, ...values), isShortRead: true });
const WHO = 'SELECT $1::int, pg_backend_pid(), extract(epoch FROM now())::text';

test('what comes together goes to one connection, in one transaction, and is answered each by itself', async () => {
  const texts: string[] = [];
  const database = fixture.open({ max: 4, onStatement: (text) => texts.push(text) });
  await database.query(short(WHO, 0));
  const rows = (await Promise.all([1, 2, 3, 4, 5].map((n) => database.query(short(WHO, n))))).flat();
  expect(rows.map(([n]) => n)).toEqual([1, 2, 3, 4, 5]);
  expect(new Set(rows.map(([, pid, at]) => `${pid} ${at}`)).size).toBe(1);
  expect(texts).toEqual(Array.from({ length: 6 }, () => WHO));
  expect(database.status()).toMatchObject({ open: 1, inUse: 0 });
});

test('more than one batch holds are answered all', async () => {
  const database = fixture.open({ max: 3 });
  await database.query(short(WHO, 0));
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  const rows = (await Promise.all(numbers.map((n) => database.query(short(WHO, n))))).flat();
  expect(rows.map(([n]) => n)).toEqual(numbers);
  expect(database.status()).toMatchObject({ inUse: 0, waiting: 0 });
});

test('however many come at once, they take one place in the queue', async () => {
  const database = fixture.open({ max: 2, maxWaiting: 4 });
  await database.query(short(WHO, 0));
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  const rows = (await Promise.all(numbers.map((n) => database.query(short(WHO, n))))).flat();
  expect(rows.map(([n]) => n)).toEqual(numbers);
});

test('however many come at once before any connection has run them, they take one place in the queue', async () => {
  const texts: string[] = [];
  const database = fixture.open({ max: 1, maxWaiting: 1, onStatement: (text) => texts.push(text) });
  const numbers = Array.from({ length: 500 }, (_, n) => n);
  const rows = (await Promise.all(numbers.map((n) => database.query(short(WHO, n))))).flat();
  expect(rows.map(([n]) => n)).toEqual(numbers);
  expect(texts).toHaveLength(500);
  expect(new Set(rows.map(([, , at]) => at)).size).toBe(1 + Math.ceil(499 / 32));
});

test('statements that a connection has never run are mixed with others that it knows', async () => {
  const database = fixture.open({ max: 1 });
  await database.query(short('SELECT $1::int', 1));
  const asked = [short('SELECT $1::int', 7), short('SELECT $1::text', 'x'), short('SELECT $1::int', 8)];
  expect(await Promise.all(asked.map((statement) => database.query(statement)))).toEqual([
    [[7]],
    [['x']],
    [[8]],
  ]);
});

test('one that fails does not concern those before and behind it', async () => {
  const database = fixture.open({ max: 1 });
  const inverse = (n: number) => database.query(short('SELECT 12 / $1::int', n));
  await inverse(1);
  const ends = await Promise.allSettled([1, 0, 3, 0, 4].map(inverse));
  expect(
    ends.map((end) => {
      if (end.status === 'fulfilled') return end.value;
      return isPostgresError(end.reason) ? end.reason.code : end.reason;
    }),
  ).toEqual([[[12]], '22012', [[4]], '22012', [[3]]]);
  expect(await inverse(6)).toEqual([[2]]);
});

test('at the deadline of one the others are run again', async () => {
  const [database, observer] = [fixture.open({ max: 2 }), fixture.open()];
  const sleep = 'SELECT pg_sleep($1), 1';
  await database.query(short(sleep, 0));
  const [first, second, third] = [
    database.query(short(sleep, 0)),
    codeOf(database.query(short(sleep, 60), { deadlineAtMs: Date.now() + 300 })),
    database.query(short(sleep, 0.01)),
  ];
  expect(await Promise.all([first, second, third])).toEqual([[['', 1]], 'DEADLINE_EXCEEDED', [['', 1]]]);
  await vi.waitFor(async () => expect(await running(observer, 'pg_sleep')).toEqual([]), { timeout: 10_000 });
});

test('a deadline that has passed is refused, and the others are answered', async () => {
  const database = fixture.open({ max: 1 });
  await database.query(short('SELECT $1::int', 0));
  const past = { deadlineAtMs: Date.now() - 1 };
  const [late, other] = [
    codeOf(database.query(short('SELECT $1::int', 1), past)),
    database.query(short('SELECT $1::int', 2)),
  ];
  expect(await Promise.all([late, other])).toEqual(['DEADLINE_EXCEEDED', [[2]]]);
});

test('a statement whose table has changed is prepared anew', async () => {
  const database = fixture.open({ max: 1 });
  await database.query(sql('CREATE TABLE item (id int)'));
  await database.query(sql('INSERT INTO item VALUES (1)'));
  const all = () => database.query(short('SELECT * FROM item'));
  await all();
  await database.query(sql("ALTER TABLE item ADD name text DEFAULT 'x'"));
  expect(await Promise.all([all(), all(), all()])).toEqual([[[1, 'x']], [[1, 'x']], [[1, 'x']]]);
});

test('a connection that is lost fails those that it had, and no later one', async () => {
  const [database, observer] = [fixture.open({ max: 1 }), fixture.open()];
  const sleep = 'SELECT pg_sleep($1), 1';
  await database.query(short(sleep, 0));
  const ends = Promise.allSettled([30, 0].map((seconds) => database.query(short(sleep, seconds))));
  await vi.waitFor(async () => expect(await running(observer, 'pg_sleep')).toHaveLength(1));
  await observer.query(
    sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND pid <> pg_backend_pid() AND datname = current_database()",
    ),
  );
  expect((await ends).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await database.query(short(sleep, 0))).toEqual([['', 1]]);
});

test('closing refuses what has no connection yet, and waits for what has one', async () => {
  const database = fixture.open({ max: 1 });
  const sleep = 'SELECT pg_sleep($1), 1';
  await database.query(short(sleep, 0));
  const runningNow = database.query(short(sleep, 0.3));
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const closed = database.close();
  expect(await codeOf(database.query(short(sleep, 0)))).toBe('NOT_READY');
  expect(await runningNow).toEqual([['', 1]]);
  await closed;
});

test('without prepared statements each goes alone', async () => {
  const database = fixture.open({ max: 2, maxPrepared: 0 });
  const rows = await Promise.all([1, 2, 3].map((n) => database.query(short('SELECT $1::int', n))));
  expect(rows).toEqual([[[1]], [[2]], [[3]]]);
});

test('a batch that takes long is reported, when its connection is back in the pool', async () => {
  const slow: string[] = [];
  const database = fixture.open({
    max: 1,
    slowQueryMs: 50,
    onSlowQuery({ text, label }) {
      slow.push(`${label} ${text}`, `${database.status().inUse} in use`);
    },
  });
  const sleep = 'SELECT pg_sleep($1), 1';
  await database.query(short(sleep, 0));
  await Promise.all([0, 0.1].map((seconds) => database.query(short(sleep, seconds), { label: 'Nap' })));
  expect(slow).toEqual([`Nap ${sleep}`, '0 in use']);
});
