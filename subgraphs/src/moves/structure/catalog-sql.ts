/** SQL that the statements share which read a database's structure. */
import { quoteIdentifier } from '@rocket/platform';

/**
 * A condition that is true, and makes Postgres qualify all names of the statement's result that are not its own. It
 * holds for the statement, or for the transaction that the statement is run in.
 */
export const QUALIFIED_NAMES = `(SELECT set_config('search_path', 'pg_catalog', true)) IS NOT NULL`;

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
