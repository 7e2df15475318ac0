/** SQL that the statements share which read a database's structure. */
import { quoteIdentifier } from '@rocket/platform';

/**
 * A condition that is true, and makes Postgres qualify all names of the statement's result that are not its own. It
 * holds for the statement, or for the transaction that the statement is run in.
 */
export const QUALIFIED_NAMES = `(SELECT set_config('search_path', 'pg_catalog', true)) IS NOT NULL`;

export const IN_PUBLIC = `= 'public'::regnamespace`;

/** SQL of the condition that no extension has brought what the catalog `catalog` has with the OID `oidSql`. */
export function isOwn(catalog: 'pg_class' | 'pg_type' | 'pg_proc', oidSql: string): string {
  return `NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oidSql}
            AND e.deptype = 'e')`;
}

/** SQL of the condition that a row `c` of `pg_class` is a table whose structure is read. */
export const IS_TABLE = `c.relnamespace ${IN_PUBLIC} AND c.relkind IN ('r', 'p') AND ${isOwn('pg_class', 'c.oid')}`;

/** SQL of a quoted name, by the columns of its schema and name. The text of a `regnamespace` is quoted already. */
export function qualified(schemaSql: string, nameSql: string): string {
  return `format('%s.%I', ${schemaSql}::regnamespace::text, ${nameSql})`;
}

export function publicName(name: string): string {
  return `"public".${quoteIdentifier(name)}`;
}

/** The parts of each table, in the order in which they were read. */
export function byTable<T>(parts: readonly { readonly table: string; readonly part: T }[]): Map<string, T[]> {
  const tables = new Map<string, T[]>();
  for (const { table, part } of parts) {
    const known = tables.get(table);
    if (known === undefined) tables.set(table, [part]);
    else known.push(part);
  }
  return tables;
}
