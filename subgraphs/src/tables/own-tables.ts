/** SQL of what in a database is the app's own. Extensions bring tables, types and functions too. */

export const IN_PUBLIC = `= 'public'::regnamespace`;

/** SQL of the condition that no extension has brought what the catalog `catalog` has with the OID `oidSql`. */
export function isOwn(catalog: 'pg_class' | 'pg_type' | 'pg_proc', oidSql: string): string {
  return `NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oidSql}
            AND e.deptype = 'e')`;
}

/** SQL of the condition that a row `c` of `pg_class` is a table of the app. */
export const IS_OWN_TABLE = `c.relnamespace ${IN_PUBLIC} AND c.relkind IN ('r', 'p') AND ${isOwn('pg_class', 'c.oid')}`;
