/** Columns of all kinds: copies compare equal, and every change of a value is noticed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareAtRest } from '../../../src/moves/compare/compare-at-rest.ts';
import { createTwoDatabases, type TwoDatabases } from './two-databases.ts';

let both: TwoDatabases;
beforeAll(async () => {
  both = await createTwoDatabases();
  // Enums and their arrays are hashed by numbers that differ between databases.
  await both.run(`CREATE TYPE unused AS ENUM ('x', 'y', 'z')`, 'target');
  await both.run(`
    CREATE TYPE color AS ENUM ('red', 'green');
    CREATE TYPE pair AS (a int, b json);
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE DOMAIN paint AS color;
    CREATE COLLATION anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`);
});
afterAll(() => both.dispose());

const KINDS: readonly (readonly [type: string, a: string, b: string, isHashable: boolean])[] = [
  ['bigint', '1', '2', true],
  ['text', `'a'`, `'b'`, true],
  ['text COLLATE anycase', `'a'`, `'A'`, true],
  ['varchar(10)', `'a'`, `'b'`, false],
  ['uuid', `'11111111-1111-1111-1111-111111111111'`, `'11111111-1111-1111-1111-111111111112'`, true],
  ['numeric(10, 2)', '1.5', '1.25', true],
  ['timestamptz', `'2026-01-01'`, `'2026-01-02'`, true],
  ['jsonb', `'{"a": 1}'`, `'{"a": 2}'`, true],
  ['bytea', `'\\x01'`, `'\\x02'`, true],
  ['boolean', 'true', 'false', true],
  ['text[]', `'{a,b}'`, `'{b,a}'`, true],
  ['positive', '1', '2', true],
  ['positive[]', `'{1}'`, `'{2}'`, true],
  ['tstzrange', `'[2026-01-01,2026-01-02)'`, `'[2026-01-01,2026-01-02]'`, true],
  ['int4multirange', `'{[1,2)}'`, `'{[1,3)}'`, true],
  ['interval', `'1 month'`, `'30 days'`, false],
  ['interval[]', `'{1 month}'`, `'{30 days}'`, false],
  ['json', `'{"a": 1}'`, `'{"a":1}'`, false],
  ['json[]', `ARRAY['1'::json]`, `ARRAY['2'::json]`, false],
  ['tsvector', `'a:1 b:2'`, `'a:1 b:3'`, false],
  ['point', `'(1,2)'`, `'(1,3)'`, false],
  ['color', `'red'`, `'green'`, false],
  ['color[]', `'{red}'`, `'{green}'`, false],
  ['paint', `'red'`, `'green'`, false],
  ['pair', `'(1,"[1]")'`, `'(1,"[2]")'`, false],
  ['regclass', `'pg_class'`, `'pg_type'`, false],
];

describe.each(KINDS)('a column of %s', (type, a, b, isHashable) => {
  it('is equal in a copy whose columns have another order, and is not when it changed', async () => {
    await both.run(`CREATE TABLE kinds (id int PRIMARY KEY, value ${type}, "Zz" text)`, 'source');
    await both.run(`CREATE TABLE kinds ("Zz" text, gone int, value ${type}, id int PRIMARY KEY)`, 'target');
    await both.run('ALTER TABLE kinds DROP COLUMN gone', 'target');
    await both.run(`INSERT INTO kinds (id, value) VALUES (1, ${a}), (2, NULL)`);
    const tables = await both.tables();
    expect(tables[0]?.columns.find(({ name }) => name === 'value')?.isHashable).toBe(isHashable);
    const compare = async () =>
      (await compareAtRest({ ...both, tables, budgetRows: 100 })).differences.length;
    expect(await compare()).toBe(0);
    await both.run(`UPDATE kinds SET value = ${b} WHERE id = 1`, 'target');
    expect(await compare()).toBe(1);
    await both.run(`UPDATE kinds SET value = NULL WHERE id = 1`, 'target');
    expect(await compare()).toBe(1);
    await both.run('DROP TABLE kinds');
  });
});

it('reads tables with their keys and without generated columns', async () => {
  await both.run(`
    CREATE TABLE "Odd ""name" ("b""x" uuid, a varchar(20), n int, "select" text COLLATE anycase,
      twice int GENERATED ALWAYS AS (n * 2) STORED, PRIMARY KEY ("select", a, "b""x") INCLUDE (n));
    CREATE TABLE analyzed (id bigint PRIMARY KEY);
    CREATE TABLE keyless (a int);
    INSERT INTO keyless VALUES (1), (1);
    INSERT INTO analyzed SELECT generate_series(1, 100);
    ANALYZE analyzed;
    CREATE VIEW seen AS SELECT 1`);
  const tables = await both.tables();
  expect(tables.map(({ name, estimatedRows }) => [name, estimatedRows])).toEqual([
    ['Odd "name', 0],
    ['analyzed', 100],
    ['keyless', 2],
  ]);
  expect(tables[0]?.columns.map(({ name }) => name)).toEqual(['b"x', 'a', 'n', 'select']);
  expect(tables[0]?.key).toEqual([
    { name: 'select', type: 'text', collation: expect.stringContaining('anycase') },
    { name: 'a', type: 'character varying(20)', collation: null },
    { name: 'b"x', type: 'uuid', collation: null },
  ]);
  expect(tables[2]?.key).toEqual([]);
});
