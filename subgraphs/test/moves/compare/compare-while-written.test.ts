import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CompareProgress,
  compareWhileWritten,
  type WrittenOptions,
} from '../../../src/moves/compare/compare-while-written.ts';
import { describeDifference } from '../../../src/moves/compare/table-difference.ts';
import { createTwoDatabases, type TwoDatabases } from './two-databases.ts';

/** So small that a few hundred rows have many ranges, and that differences are soon told of. */
const BOUNDS = {
  rangeRows: 20,
  smallRows: 4,
  firstPauseMs: 2,
  longestPauseMs: 10,
  settleMs: 50,
  reportMs: 10_000,
};

let both: TwoDatabases;
beforeEach(async () => {
  both = await createTwoDatabases();
});
afterEach(() => both.dispose());

const compare = async (options: Partial<WrittenOptions> = {}) =>
  compareWhileWritten({ ...both, tables: await both.tables(), bounds: BOUNDS, ...options });
const told = async () => (await compare()).map(describeDifference);

interface KeyKind {
  readonly kind: string;
  readonly columns: string;
  readonly key: string;
  /** Of row `n` of 1 to 99, in the order of `n`; in parentheses. */
  readonly value: (n: string) => string;
  /** As told. */
  readonly text: (n: number) => string;
}

const two = (n: number) => String(n).padStart(2, '0');
const KEYS: readonly KeyKind[] = [
  { kind: 'bigint', columns: 'id bigint', key: 'id', value: (n) => `(${n})`, text: (n) => `(${n})` },
  {
    kind: 'bigint beyond what JavaScript counts',
    columns: 'id bigint',
    key: 'id',
    value: (n) => `(9007199254740993 + ${n})`,
    text: (n) => `(${9007199254740993n + BigInt(n)})`,
  },
  {
    kind: 'uuid',
    columns: 'id uuid',
    key: 'id',
    value: (n) => `(('00000000-0000-0000-0000-0000000000' || lpad((${n})::text, 2, '0'))::uuid)`,
    text: (n) => `(00000000-0000-0000-0000-0000000000${two(n)})`,
  },
  {
    kind: 'text',
    columns: 'id text',
    key: 'id',
    value: (n) => `('k''"é' || lpad((${n})::text, 2, '0'))`,
    text: (n) => `(k'"é${two(n)})`,
  },
  {
    kind: 'text of another collation',
    columns: 'id text COLLATE "en-x-icu"',
    key: 'id',
    value: (n) => `('K' || lpad((${n})::text, 2, '0'))`,
    text: (n) => `(K${two(n)})`,
  },
  {
    kind: 'two columns of odd names',
    columns: '"a""b" text, "select" int',
    key: '"select", "a""b"',
    value: (n) => `((${n}) / 10, 'x' || (${n}) % 10)`,
    text: (n) => `(${Math.floor(n / 10)}, x${n % 10})`,
  },
  {
    kind: 'three columns',
    columns: 'a timestamptz, b date, c char(3)',
    key: 'a, b, c',
    value: (n) =>
      `('2026-01-01 00:00:00.123456+00'::timestamptz, '2026-01-01'::date + (${n}) / 10, lpad(((${n}) % 10)::text, 2, '0')::char(3))`,
    text: (n) => `(2026-01-01 00:00:00.123456+00, 2026-01-${two(1 + Math.floor(n / 10))}, ${two(n % 10)})`,
  },
];

describe.each(KEYS)('a table with a key of $kind', ({ columns, key, value, text }) => {
  const where = (n: number) => `WHERE (${key}) = ${value(String(n))}`;
  beforeEach(() =>
    both.run(`
      CREATE TABLE "it's ""odd""" (note text, ${columns}, PRIMARY KEY (${key}));
      INSERT INTO "it's ""odd""" (note, ${key})
        SELECT nullif(n % 3, 0)::text, ${value('n').slice(1, -1)} FROM generate_series(1, 99) n`),
  );

  it('is equal to its copy', async () => {
    expect(await told()).toEqual([]);
  });

  it.each([1, 21, 99])('is not when row %i is missing, surplus or changed', async (n) => {
    const table = `Table "it's \\"odd\\"" differs in the copy`;
    await both.run(`UPDATE "it's ""odd""" SET note = 'changed' ${where(n)}`, 'target');
    expect(await told()).toEqual([`${table}: 1 row changed, ${text(n)}`]);
    await both.run(`DELETE FROM "it's ""odd""" ${where(n)}`, 'target');
    expect(await told()).toEqual([`${table}: 1 row missing, ${text(n)}`]);
    await both.run(`DELETE FROM "it's ""odd""" ${where(n)}`, 'source');
    expect(await told()).toEqual([]);
    const other = n === 50 ? 49 : 50;
    await both.run(`DELETE FROM "it's ""odd""" ${where(other)}`, 'source');
    expect(await told()).toEqual([`${table}: 1 row surplus, ${text(other)}`]);
  });
});

describe('whole tables', () => {
  it('tells of a few of many rows, of counts, and of what the copy lacks', async () => {
    await both.run(`
      CREATE TABLE filled (id int PRIMARY KEY); CREATE TABLE emptied (id int PRIMARY KEY);
      CREATE TABLE keyless (a int); CREATE TABLE narrow (id int PRIMARY KEY, a int); CREATE TABLE empty (a int);
      INSERT INTO keyless VALUES (1), (1), (NULL)`);
    await both.run(
      'CREATE TABLE gone (id int PRIMARY KEY); INSERT INTO emptied SELECT generate_series(1, 90)',
      'source',
    );
    await both.run('INSERT INTO filled SELECT generate_series(1, 90); ALTER TABLE narrow DROP a', 'target');
    await both.run('INSERT INTO keyless VALUES (2)', 'target');
    expect((await told()).sort()).toEqual([
      expect.stringMatching(
        /^Table "emptied" differs in the copy: 5 rows missing, (\(\d+\), ){5}and perhaps more$/,
      ),
      expect.stringMatching(
        /^Table "filled" differs in the copy: 5 rows surplus, (\(\d+\), ){5}and perhaps more$/,
      ),
      'Table "gone" or one of its columns is missing in the copy',
      'Table "keyless" differs in the copy, which has 4 rows where the source has 3',
      'Table "narrow" or one of its columns is missing in the copy',
    ]);
  });

  it('finds rows of different collations, which the servers sort differently', async () => {
    const rows = `INSERT INTO t SELECT chr(65 + n % 2 * 32 + n / 2) || n FROM generate_series(0, 49) n`;
    await both.run(`CREATE TABLE t (id text COLLATE "en-x-icu" PRIMARY KEY); ${rows}`, 'source');
    await both.run(`CREATE TABLE t (id text PRIMARY KEY); ${rows}`, 'target');
    expect(await told()).toEqual([]);
    await both.run(`DELETE FROM t WHERE id = 'A0'`, 'target');
    expect(await told()).toEqual(['Table "t" differs in the copy: 1 row missing, (A0)']);
  });

  it('tells how far it is', async () => {
    await both.run('CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 50)');
    const progress: CompareProgress[] = [];
    await compare({ onProgress: (event) => progress.push(event) });
    expect(progress).toEqual(
      [20, 40, 50].map((comparedRows) => ({ table: 't', comparedRows, totalRows: 50 })),
    );
  });

  it('ends when it is aborted', async () => {
    await both.run('CREATE TABLE t (id int PRIMARY KEY)');
    await both.run('INSERT INTO t VALUES (1)', 'source');
    const abort = new AbortController();
    const comparison = compare({
      signal: abort.signal,
      onProgress: () => setImmediate(() => abort.abort(new Error('Enough'))),
      bounds: { ...BOUNDS, firstPauseMs: 60_000, longestPauseMs: 60_000, settleMs: 60_000 },
    });
    await expect(comparison).rejects.toThrow('Enough');
  });
});
