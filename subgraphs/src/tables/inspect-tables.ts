/** Reads from the catalog of Postgres what a database holds. */
import { type Queryable, quoteIdentifier, type Statement } from '@rocket/platform';
import { z } from 'zod';
import { type ColumnDefaults, readColumnDefaults } from '../activation/meta.ts';
import { inspectIndexes } from '../indexes/inspect-indexes.ts';
import type { ExistingColumn, ExistingTable, ExistingTables } from './existing-tables.ts';
import { isBusinessTable } from './system-tables.ts';

const ColumnRow = z.tuple([z.string(), z.string(), z.string(), z.boolean(), z.boolean()]);
const EmptyRow = z.tuple([z.string(), z.boolean()]);

/** Ordinary tables of schema `public` with their columns. */
function selectColumns(): Statement {
  return {
    text: `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity <> ''
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND ${isBusinessTable('c.relname')}
             AND a.attnum > 0 AND NOT a.attisdropped
           ORDER BY c.relname, a.attnum`,
    values: [],
  };
}

function selectEmptiness(tables: readonly string[]): Statement {
  const selects = tables.map(
    (table, index) => `SELECT $${index + 1}::text, NOT EXISTS (SELECT 1 FROM ${quoteIdentifier(table)})`,
  );
  return { text: selects.join(' UNION ALL '), values: tables };
}

/** The system tables must exist. */
export async function inspectTables(database: Queryable): Promise<ExistingTables> {
  const defaults = await readColumnDefaults(database);
  const columns = groupColumns(await database.query(selectColumns()), defaults);
  const indexes = await inspectIndexes(database);
  const empty = await readEmptiness(database, [...columns.keys()]);
  const tables = new Map<string, ExistingTable>();
  for (const [name, ofTable] of columns) {
    const own = indexes.get(name) ?? [];
    const key = own.find(({ isPrimary }) => isPrimary);
    tables.set(name, {
      name,
      columns: ofTable,
      primaryKey: key?.keys.flatMap(({ column }) => (column === null ? [] : [column])) ?? [],
      indexes: new Map(own.filter((index) => index !== key).map((index) => [index.name, index])),
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

async function readEmptiness(database: Queryable, tables: readonly string[]): Promise<Map<string, boolean>> {
  if (tables.length === 0) return new Map();
  return new Map((await database.query(selectEmptiness(tables))).map((row) => EmptyRow.parse(row)));
}
