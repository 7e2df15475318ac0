/** Reads from the catalog of Postgres what a database holds. */
import { quoteIdentifier, type Statement, type Transaction } from '@rocket/platform';
import { z } from 'zod';
import type { ExistingColumn, ExistingTable, ExistingTables } from './existing-tables.ts';
import { type ColumnDefaults, readColumnDefaults } from './meta.ts';

const ColumnRow = z.tuple([z.string(), z.string(), z.string(), z.boolean(), z.boolean()]);
const IndexRow = z.tuple([z.string(), z.string(), z.boolean(), z.array(z.string())]);
const EmptyRow = z.tuple([z.string(), z.boolean()]);

/** Ordinary tables of schema `public` with their columns. The backslash: `_` alone would match any character. */
function selectColumns(): Statement {
  return {
    text: `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> ''
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE '\\_%'
             AND a.attnum > 0 AND NOT a.attisdropped
           ORDER BY c.relname, a.attnum`,
    values: [],
  };
}

function selectIndexes(): Statement {
  return {
    text: `SELECT t.relname::text, i.relname::text, x.indisprimary,
             array(SELECT a.attname::text FROM unnest(x.indkey::int2[]) WITH ORDINALITY k(number, place)
                   JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number ORDER BY k.place)
           FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
           WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '\\_%' AND x.indisvalid`,
    values: [],
  };
}

function selectEmptiness(tables: readonly string[]): Statement {
  const selects = tables.map(
    (table, index) => `SELECT $${index + 1}::text, NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(table)})`,
  );
  return { text: selects.join(' UNION ALL '), values: tables };
}

/** Expects the system tables to be there. */
export async function inspectTables(tx: Transaction): Promise<ExistingTables> {
  const defaults = await readColumnDefaults(tx);
  const columns = groupColumns(await tx.query(selectColumns()), defaults);
  const indexes = (await tx.query(selectIndexes())).map((row) => IndexRow.parse(row));
  const empty = await readEmptiness(tx, [...columns.keys()]);
  const tables = new Map<string, ExistingTable>();
  for (const [name, ofTable] of columns) {
    const own = indexes.filter(([table]) => table === name);
    tables.set(name, {
      name,
      columns: ofTable,
      primaryKey: own.find(([, , isPrimary]) => isPrimary)?.[3] ?? [],
      indexes: new Map(own.flatMap(([, index, isPrimary, of]) => (isPrimary ? [] : [[index, of] as const]))),
      isEmpty: empty.get(name) === true,
    });
  }
  return tables;
}

function groupColumns(
  rows: readonly (readonly unknown[])[],
  defaults: ColumnDefaults,
): Map<string, Map<string, ExistingColumn>> {
  const tables = new Map<string, Map<string, ExistingColumn>>();
  for (const row of rows) {
    const [table, name, type, notNull, isIdentity] = ColumnRow.parse(row);
    const columns = tables.get(table) ?? new Map<string, ExistingColumn>();
    const defaultSql = defaults[`${table}.${name}`] ?? null;
    columns.set(name, { name, type, nullable: !notNull, defaultSql, isIdentity });
    tables.set(table, columns);
  }
  return tables;
}

async function readEmptiness(tx: Transaction, tables: readonly string[]): Promise<Map<string, boolean>> {
  if (tables.length === 0) return new Map();
  return new Map((await tx.query(selectEmptiness(tables))).map((row) => EmptyRow.parse(row)));
}
