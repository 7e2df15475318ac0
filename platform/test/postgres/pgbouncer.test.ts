import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findPgBouncer, type PgBouncer, startPgBouncer } from '../../../tests/harness/servers/pgbouncer.ts';
import type { PooledDatabase } from '../../src/index.ts';
import { DatabaseFixture, prepared, running, sql } from '../support/databases.ts';
import { codeOf } from '../support/fixtures.ts';

const binary = findPgBouncer();

describe.skipIf(binary === null)('behind PgBouncer in transaction mode', () => {
  let fixture: DatabaseFixture;
  let bouncer: PgBouncer;
  let database: PooledDatabase;

  beforeEach(async () => {
    fixture = await DatabaseFixture.create();
    bouncer = await startPgBouncer(binary ?? '', fixture.place.url);
    database = fixture.open({ url: bouncer.url, pgbouncer: true, statementTimeoutMs: 60_000, max: 40 });
  });

  afterEach(async () => {
    await database.close();
    await bouncer.dispose();
    await fixture.dispose();
  });

  test('forty callers share its connections, and each gets their own answers', async () => {
    await database.query(sql('CREATE TABLE counter (n int); INSERT INTO counter VALUES (0)'));
    const callers = Array.from({ length: 40 }, async (_, caller) => {
      for (let turn = 0; turn < 5; turn += 1) {
        expect(await database.query(prepared('SELECT $1::int, pg_sleep(0.002)::text', caller))).toEqual([
          [caller, ''],
        ]);
        await database.transaction(async (transaction) => {
          await transaction.query(sql('UPDATE counter SET n = n + 1'));
          expect(await transaction.query(prepared('SELECT $1::int', turn))).toEqual([[turn]]);
        });
      }
    });
    await Promise.all(callers);
    expect(await database.query(sql('SELECT n FROM counter'))).toEqual([[200]]);
    expect(database.status().open).toBeGreaterThan(bouncer.poolSize);
    // Without the server's own workers there, such as autovacuum's.
    const backends = sql(
      `SELECT count(*)::int <= $1 FROM pg_stat_activity
       WHERE datname = $2 AND backend_type = 'client backend'`,
      bouncer.poolSize,
      fixture.place.name,
    );
    expect(await database.query(backends)).toEqual([[true]]);
  });

  test('no setting is left for other clients', async () => {
    const options = { deadlineAtMs: Date.now() + 60_000, statementTimeoutMs: 5_000 };
    const limits = await Promise.all(
      Array.from({ length: 20 }, () =>
        database.transaction((transaction) => transaction.query(sql('SHOW statement_timeout')), options),
      ),
    );
    expect(limits.flat(2)).toEqual(limits.map(() => '5s'));
    const after = await Promise.all(
      Array.from({ length: 20 }, () => database.query(sql('SHOW statement_timeout'))),
    );
    expect(after.flat(2)).toEqual(after.map(() => '0'));
  });

  test('deadlines cancel what they belong to and nothing else', async () => {
    const observer = fixture.open({ max: 1 });
    const work = Array.from({ length: 40 }, (_, index) =>
      index % 10 === 0
        ? codeOf(database.query(sql('SELECT pg_sleep(60)'), { deadlineAtMs: Date.now() + 500 }))
        : database.query(sql('SELECT $1::int, pg_sleep(0.01)::text', index), {
            deadlineAtMs: Date.now() + 60_000,
          }),
    );
    const answers = await Promise.all(work);
    expect(answers).toEqual(
      answers.map((_, index) => (index % 10 === 0 ? 'DEADLINE_EXCEEDED' : [[index, '']])),
    );
    await vi.waitFor(async () => expect(await running(observer, 'pg_sleep(60)')).toEqual([]), {
      timeout: 10_000,
    });
    expect(await database.query(sql('SELECT 1'))).toEqual([[1]]);
  });

  test('a transaction is rolled back at its deadline', async () => {
    await database.query(sql('CREATE TABLE item (id int)'));
    const attempt = database.transaction(
      async (transaction) => {
        await transaction.query(sql('INSERT INTO item VALUES (1)'));
        return await transaction.query(sql('SELECT pg_sleep(60)'));
      },
      { deadlineAtMs: Date.now() + 300 },
    );
    expect(await codeOf(attempt)).toBe('DEADLINE_EXCEEDED');
    await database.query(sql('LOCK TABLE item IN ACCESS EXCLUSIVE MODE; SELECT 1'));
    expect(await database.query(sql('SELECT * FROM item'))).toEqual([]);
  });

  test('statements that were prepared where it cannot keep them still give the right answers', async () => {
    const wrong = fixture.open({ url: bouncer.url, maxPrepared: 200, max: 40 });
    const numbers = Array.from({ length: 300 }, (_, n) => n);
    const answers = await Promise.all(
      numbers.map((n) => wrong.query(prepared(`SELECT $1::int + ${n % 7}`, n))),
    );
    expect(answers).toEqual(numbers.map((n) => [[n + (n % 7)]]));
    await wrong.close();
  });
});
