import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../tests/harness/servers/postgres.ts';
import { createDatabase, createLogger, type PooledDatabase } from '../../src/index.ts';

const sql = (text: string, ...values: unknown[]) => ({ text, values });

let place: TestDatabase;
let database: PooledDatabase;

beforeEach(async () => {
  place = await createTestDatabase();
  database = createDatabase({ url: place.url, logger: createLogger({ level: 'silent', name: 'test' }) });
});

afterEach(async () => {
  await database.close();
  await place.dispose();
});

test('values come as the contract of rows says', async () => {
  const [row] = await database.query(
    sql(`SELECT 1, 1.5::float8, 9007199254740993::bigint, 1.10::numeric, true, 'x'::text,
           '7f2b6a3e-4a63-4b0e-9d8a-0d3b3f1f2a11'::uuid, '2026-01-31 12:00:00.123987+02'::timestamptz,
           '2026-01-31'::date, '{"a":[1]}'::jsonb, '[1]'::json, NULL::int`),
  );
  expect(row).toEqual([
    1,
    1.5,
    '9007199254740993',
    '1.10',
    true,
    'x',
    '7f2b6a3e-4a63-4b0e-9d8a-0d3b3f1f2a11',
    '2026-01-31T10:00:00.123Z',
    '2026-01-31',
    { a: [1] },
    [1],
    null,
  ]);
});

test('arrays come as arrays of such values', async () => {
  const [row] = await database.query(
    sql(
      `SELECT ARRAY[1,NULL], ARRAY[true], ARRAY['a,b','"']::text[], ARRAY[1::bigint], ARRAY['{"a":1}'::jsonb],
           ARRAY[['a'],['b']], $1::text[], ARRAY['2026-01-01Z'::timestamptz], '{}'::int[]`,
      ['p', null],
    ),
  );
  expect(row).toEqual([
    [1, null],
    [true],
    ['a,b', '"'],
    ['1'],
    [{ a: 1 }],
    [['a'], ['b']],
    ['p', null],
    ['2026-01-01T00:00:00.000Z'],
    [],
  ]);
});

test('timestamps are UTC whatever the time zone of the session', async () => {
  const rows = await database.transaction(async (transaction) => {
    await transaction.query(sql(`SELECT set_config('timezone', 'America/New_York', true)`));
    return await transaction.query(
      sql(`SELECT '2026-07-01T00:00:00.5Z'::timestamptz, 'infinity'::timestamptz`),
    );
  });
  expect(rows).toEqual([['2026-07-01T00:00:00.500Z', 'infinity']]);
});

test.each([
  ['a NUL', 'a\0b'],
  ['half of a surrogate pair', 'a\ud83d'],
  ['a NUL in an array', ['a', ['\0']]],
  ['a NUL in JSON', { deep: [{ text: '\0' }] }],
  ['a NUL in a key of JSON', { '\0': 1 }],
  ['half of a surrogate pair in JSON', { text: '\udc00' }],
  ['a NUL behind a backslash in JSON', { text: '\\\0' }],
])(
  'a text that Postgres cannot hold is the fault of who sent it, and costs no connection: %s',
  async (_, value) => {
    const refused = expect.objectContaining({ code: 'BAD_USER_INPUT' });
    await expect(database.query(sql('SELECT $1', value))).rejects.toEqual(refused);
    expect(database.status().open).toBe(0);
    const result = database.transaction(async (transaction) => {
      await transaction.query(sql('SELECT 1'));
      await expect(transaction.query(sql('SELECT $1', value))).rejects.toEqual(refused);
      return await transaction.query(sql('SELECT 2'));
    });
    expect(await result).toEqual([[2]]);
  },
);

test.each([{ text: '\\u0000' }, { text: '\\\\ud800' }, { text: '\ud83d\ude00' }])(
  'a text that only looks like one arrives: %j',
  async (value) => {
    expect(await database.query(sql('SELECT $1::jsonb, $2::text[]', value, [value.text]))).toEqual([
      [value, [value.text]],
    ]);
  },
);
