/** Reads which tables of a database are compared, and how. */
import { type Queryable, type QueryOptions, quoteIdentifier, type Statement } from '@rocket/platform';
import { z } from 'zod';
import { IS_OWN_TABLE } from '../../tables/own-tables.ts';
import type { ComparedColumn } from './row-hash.ts';

/** A column of a primary key. */
export interface ComparedKeyColumn {
  readonly name: string;
  /** As SQL. */
  readonly type: string;
  /** What its texts are sorted by; null where they sort by code point or are no texts. */
  readonly collation: string | null;
}

export interface ComparedTable {
  readonly name: string;
  /** The primary key, in its order. Empty when there is none. */
  readonly key: readonly ComparedKeyColumn[];
  /** All but generated ones. */
  readonly columns: readonly ComparedColumn[];
  readonly estimatedRows: number;
}

const ColumnRow = z.object({
  table: z.string(),
  estimatedRows: z.number(),
  column: z.string().nullable(),
  type: z.string().nullable(),
  isGenerated: z.boolean().nullable(),
  isHashable: z.boolean().nullable(),
  isCollatable: z.boolean().nullable(),
  collation: z.string().nullable(),
  keyPlace: z.number().nullable(),
});
type ColumnRow = z.infer<typeof ColumnRow>;
const Names = ColumnRow.keyof().options;
const CountRow = z.tuple([z.string(), z.coerce.number()]);

/**
 * The types that a type is made of, down to those that are not made of others. Ranges are looked into only when they
 * are Postgres' own, as others may have any collation.
 */
const PARTS = `part(root, type) AS (
    SELECT DISTINCT atttypid, atttypid FROM pg_attribute WHERE attrelid IN (SELECT oid FROM compared)
    UNION
    SELECT p.root, coalesce(nullif(t.typbasetype, 0), e.oid, r.rngsubtype)
    FROM part p JOIN pg_type t ON t.oid = p.type
      LEFT JOIN pg_type e ON e.typarray = t.oid
      LEFT JOIN pg_range r ON t.oid IN (r.rngtypid, r.rngmultitypid) AND t.typnamespace = 'pg_catalog'::regnamespace
    WHERE t.typtype = 'd' OR e.oid IS NOT NULL OR r.rngtypid IS NOT NULL)`;

/**
 * Types that Postgres hashes. Only its own, as extensions may take different values for equal (citext) or have another
 * version on the other server. Two of its own do not tell values apart either: an interval of a month equals one of 30
 * days, and an aclitem hashes the numbers that roles have on one server. Enums, of which the same is true, are no
 * types of Postgres' own.
 */
const HASHABLE = `hashable(root, yes) AS (
    SELECT p.root, bool_and(t.typtype = 'd' OR e.oid IS NOT NULL
      OR t.typnamespace = 'pg_catalog'::regnamespace AND (t.typtype IN ('r', 'm')
        OR t.typname NOT IN ('interval', 'aclitem') AND EXISTS (
          SELECT 1 FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod AND m.amname = 'hash'
            JOIN pg_amproc f ON f.amprocfamily = o.opcfamily AND f.amproclefttype = t.oid
              AND f.amprocrighttype = t.oid AND f.amprocnum = 2
          WHERE o.opcdefault AND o.opcintype = t.oid)))
    FROM part p JOIN pg_type t ON t.oid = p.type LEFT JOIN pg_type e ON e.typarray = t.oid
    GROUP BY p.root)`;

/** A collation of null sorts by code point, which the database's own of C and those of the builtin provider do. */
const COLLATION = `CASE
    WHEN l.oid IS NULL OR l.collprovider = 'b' OR l.collcollate IN ('C', 'POSIX') AND l.collprovider = 'c' THEN NULL
    WHEN l.collprovider <> 'd' THEN concat_ws(' ', l.collprovider, l.collname, to_jsonb(l) - 'oid' - 'collnamespace' - 'collowner')
    WHEN d.datlocprovider = 'b' OR d.datcollate IN ('C', 'POSIX') AND d.datlocprovider = 'c' THEN NULL
    ELSE concat_ws(' ', d.datlocprovider, d.datcollate, d.datcollversion, to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale')
  END`;

/** Ordinary tables of schema `public` that no extension made, with their columns. */
function selectComparedColumns(): Statement {
  return {
    text: `WITH RECURSIVE compared AS (
             SELECT c.oid, c.relname, c.reltuples FROM pg_class c
             WHERE ${IS_OWN_TABLE} AND c.relkind = 'r'),
           ${PARTS}, ${HASHABLE}
           SELECT c.relname::text, c.reltuples::float8, a.attname::text, format_type(a.atttypid, a.atttypmod),
             a.attgenerated <> '', h.yes, a.attcollation <> 0, ${COLLATION},
             array_position(x.indkey::int2[], a.attnum)
           FROM compared c
             LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
             LEFT JOIN hashable h ON h.root = a.atttypid
             LEFT JOIN pg_collation l ON l.oid = a.attcollation
             LEFT JOIN pg_database d ON d.datname = current_database()
             LEFT JOIN (SELECT indrelid, (indkey::int2[])[:indnkeyatts - 1] AS indkey FROM pg_index
                        WHERE indisprimary) x ON x.indrelid = c.oid
           ORDER BY c.relname, a.attnum`,
    values: [],
  };
}

function countTables(tables: readonly string[]): Statement {
  const selects = tables.map(
    (table, index) => `SELECT $${index + 1}::text, count(*)::text FROM public.${quoteIdentifier(table)}`,
  );
  return { text: selects.join(' UNION ALL '), values: tables };
}

/** Tables that were never analyzed are counted: Postgres has no estimate of them. */
export async function readComparedTables(
  database: Queryable,
  options?: QueryOptions,
): Promise<readonly ComparedTable[]> {
  const tables = Map.groupBy(
    (await database.query(selectComparedColumns(), options)).map(readColumn),
    ({ table }) => table,
  );
  const unknown = [...tables].flatMap(([name, [first]]) => ((first?.estimatedRows ?? -1) < 0 ? [name] : []));
  const rows = unknown.length === 0 ? [] : await database.query(countTables(unknown), options);
  const counts = new Map(rows.map((row) => CountRow.parse(row)));
  return [...tables].map(([name, columns]) => ({
    name,
    key: keyOf(columns),
    columns: columns.flatMap(comparedColumn),
    estimatedRows: counts.get(name) ?? columns[0]?.estimatedRows ?? 0,
  }));
}

function readColumn(row: readonly unknown[]): ColumnRow {
  return ColumnRow.parse(Object.fromEntries(Names.map((name, index) => [name, row[index]])));
}

function keyOf(columns: readonly ColumnRow[]): readonly ComparedKeyColumn[] {
  return columns
    .filter(({ keyPlace }) => keyPlace !== null)
    .sort((a, b) => (a.keyPlace ?? 0) - (b.keyPlace ?? 0))
    .flatMap(({ column, type, collation }) =>
      column === null || type === null ? [] : [{ name: column, type, collation }],
    );
}

/** A generated column follows from the others, and is not replicated. */
function comparedColumn({ column, isGenerated, ...row }: ColumnRow): readonly ComparedColumn[] {
  if (column === null || isGenerated === true) return [];
  return [{ name: column, isHashable: row.isHashable === true, isCollatable: row.isCollatable === true }];
}
