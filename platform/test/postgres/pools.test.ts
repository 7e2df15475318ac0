import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createConnectionBudget, createMetrics, createPoolMetrics, type SlowQuery } from '../../src/index.ts';
import { DatabaseFixture, prepared, sql } from '../support/databases.ts';
import { codeOf } from '../support/fixtures.ts';

let fixture: DatabaseFixture;

beforeEach(async () => {
  fixture = await DatabaseFixture.create();
});

afterEach(() => fixture.dispose());

test('200 callers of a pool of 5 are all served, and the metrics show them', async () => {
  const metrics = createMetrics();
  const observer = createPoolMetrics(metrics).observe('crm');
  const database = fixture.open({ max: 5, observer });
  const all = Promise.all(Array.from({ length: 200 }, () => database.query(sql('SELECT pg_sleep(0.01)'))));
  await vi.waitFor(() => expect(database.status().inUse).toBe(5), { interval: 1 });
  const { body: busy } = await metrics.render();
  expect(busy).toContain('rocket_pool_connections{app="crm",state="active"} 5');
  expect(busy).toMatch(/rocket_pool_waiting\{app="crm"\} [1-9]/);
  expect(await all).toHaveLength(200);
  const { body: quiet } = await metrics.render();
  expect(quiet).toContain('rocket_pool_connections{app="crm",state="idle"} 5');
  expect(quiet).toContain('rocket_pool_waiting{app="crm"} 0');
  expect(quiet).toContain('rocket_pool_acquire_seconds_count{app="crm"} 200');
  expect(quiet).toContain('rocket_pool_refused_total{app="crm"} 0');
  await database.close();
  expect((await metrics.render()).body).not.toContain('rocket_pool_waiting{');
});

test('past the bound of the queue callers are refused at once and counted, the others served, and then all again', async () => {
  const metrics = createMetrics();
  const observer = createPoolMetrics(metrics).observe('crm');
  const database = fixture.open({ max: 2, maxWaiting: 10, observer });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, () => database.query(sql('SELECT pg_sleep(0.02)'))),
  );
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(12);
  expect((await metrics.render()).body).toContain('rocket_pool_refused_total{app="crm"} 8');
  const again = Array.from({ length: 12 }, (_, n) => database.query(prepared('SELECT $1::int', n)));
  expect(await Promise.all(again)).toEqual(again.map((_, n) => [[n]]));
});

test('a single caller needs one connection, whatever they ask', async () => {
  const database = fixture.open();
  for (let n = 0; n < 20; n += 1) await database.query(prepared('SELECT $1::int', n));
  expect(database.status()).toEqual({ open: 1, inUse: 0, idle: 1, waiting: 0 });
});

test('a busy pool gives connections to one that has fewer, and keeps its own share', async () => {
  const budget = createConnectionBudget({ maxPerProcess: 4 });
  const [busy, late] = [fixture.open({ budget }), fixture.open({ budget })];
  let stop = false;
  const load = Array.from({ length: 12 }, async () => {
    while (!stop) await busy.query(sql('SELECT pg_sleep(0.005)'));
  });
  await vi.waitFor(() => expect(busy.status().open).toBe(4), { timeout: 10_000 });
  const lateLoad = Array.from({ length: 12 }, async () => {
    while (!stop) await late.query(sql('SELECT pg_sleep(0.005)'));
  });
  await vi.waitFor(() => expect([busy.status().open, late.status().open]).toEqual([2, 2]), {
    timeout: 10_000,
  });
  stop = true;
  await Promise.all([...load, ...lateLoad]);
});

test('more busy databases than connections are all served', async () => {
  const budget = createConnectionBudget({ maxPerProcess: 2 });
  const databases = Array.from({ length: 5 }, () => fixture.open({ budget }));
  const work = databases.flatMap((database) =>
    Array.from({ length: 10 }, (_, n) => database.query(prepared('SELECT $1::int', n))),
  );
  expect(await Promise.all(work)).toHaveLength(50);
});

test('a database that cannot be reached refuses all who wait at once, and none hangs', async () => {
  const database = fixture.open({ url: 'postgres://nobody@127.0.0.1:1/none', acquireTimeoutMs: 5_000 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, () => database.query(sql('SELECT 1'))),
  );
  expect(outcomes.map((each) => each.status === 'rejected' && each.reason.code)).toEqual(
    outcomes.map(() => 'ECONNREFUSED'),
  );
  await database.close();
});

test('a server without room for more connections goes on with those it gave', async () => {
  const role = `limited_${fixture.place.name}`;
  const admin = fixture.open();
  await admin.query(sql(`CREATE ROLE ${role} LOGIN PASSWORD 'x' CONNECTION LIMIT 2`));
  const url = new URL(fixture.place.url);
  url.username = role;
  url.password = 'x';
  const database = fixture.open({ url: url.toString(), max: 10 });
  await database.query(sql('SELECT 1'));
  const work = Array.from({ length: 40 }, (_, n) => database.query(sql('SELECT $1::int, pg_sleep(0.01)', n)));
  expect((await Promise.all(work)).map((rows) => rows[0]?.[0])).toEqual(work.map((_, n) => n));
  expect(database.status().open).toBeLessThanOrEqual(2);
  await database.close();
  await admin.query(sql(`DROP ROLE ${role}`));
});

test('slow statements are reported with what they were for, and without their values', async () => {
  const slow: SlowQuery[] = [];
  const database = fixture.open({ slowQueryMs: 50, onSlowQuery: (query) => slow.push(query) });
  const text = 'SELECT $1::text FROM pg_sleep(0.06)';
  await database.query(prepared('SELECT $1::text', 'hunter2'), { label: 'Quick' });
  await database.query(prepared(text, 'hunter2'), { label: 'Slow' });
  await database.transaction((transaction) => transaction.query(sql(text, 'hunter2')), { label: 'Write' });
  const late = database.query(sql('SELECT pg_sleep(60)'), { deadlineAtMs: Date.now() + 80 });
  expect(await codeOf(late)).toBe('DEADLINE_EXCEEDED');
  const durationMs = expect.any(Number);
  expect(slow).toEqual([
    { text, label: 'Slow', rows: 1, durationMs },
    { text, label: 'Write', rows: 1, durationMs },
    { text: 'SELECT pg_sleep(60)', label: null, rows: null, durationMs },
  ]);
  expect(JSON.stringify(slow)).not.toContain('hunter2');
});

test('0 turns the report of slow statements off', async () => {
  const slow: SlowQuery[] = [];
  const database = fixture.open({ slowQueryMs: 0, onSlowQuery: (query) => slow.push(query) });
  await database.query(sql('SELECT pg_sleep(0.15)'));
  expect(slow).toEqual([]);
});

test('a value that cannot be sent fails before it costs a connection', async () => {
  const database = fixture.open();
  const tooMany = Array.from({ length: 65_536 }, () => 1);
  expect(await codeOf(database.query(prepared('SELECT 1', ...tooMany)))).toBe('INTERNAL_ERROR');
  const circular: { self?: unknown } = {};
  circular.self = circular;
  await expect(database.query(prepared('SELECT $1::jsonb', circular))).rejects.toThrow('circular');
  expect(database.status().open).toBe(0);
});

test('values of every kind arrive as they were given', async () => {
  const database = fixture.open();
  const texts = ['a', 'b"c', 'd\\e', '{,}', 'NULL', '', null];
  const statement = prepared(
    'SELECT $1::text[], $2::int[], $3::jsonb, $4::bytea, $5::bytea[], $6::timestamptz, $7::bool, $8::bigint, $9::text',
    texts,
    [[1, null]],
    { a: [1, 'x"y'], b: 'žluť 🚀' },
    Buffer.from('ab'),
    [new Uint8Array([1, 255])],
    new Date(0),
    true,
    2n ** 60n,
    undefined,
  );
  const expected = [
    texts,
    [[1, null]],
    { a: [1, 'x"y'], b: 'žluť 🚀' },
    Buffer.from('ab'),
    [Buffer.from([1, 255])],
    '1970-01-01T00:00:00.000Z',
    true,
    String(2n ** 60n),
    null,
  ];
  // Unprepared, prepared for the first time, and again: each is sent in a way of its own.
  expect(await database.query({ ...statement, prepare: false })).toEqual([expected]);
  expect(await database.query(statement)).toEqual([expected]);
  expect(await database.query(statement)).toEqual([expected]);
});
