/** What a database may have, by an administrator, that is neither tables of `public` nor belongs to them. */
import type { Statement } from '@rocket/platform';
import { isOwn } from '../../tables/own-tables.ts';

const KINDS = `CASE c.relkind WHEN 'v' THEN 'view ' WHEN 'm' THEN 'materialized view ' WHEN 'f' THEN 'foreign table '
  WHEN 'S' THEN 'sequence ' ELSE 'table ' END`;

/** A row for each thing: in words, with its name. */
export function selectUncopied(): Statement {
  return {
    text: `SELECT ${KINDS} || c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE ((n.nspname = 'public' AND c.relkind IN ('v', 'm', 'f'))
               OR (n.nspname NOT IN ('public', 'rocket_move', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
                 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')))
             AND ${isOwn('pg_class', 'c.oid')}
           UNION ALL
           SELECT 'row policy ' || p.polname || ' of ' || p.polrelid::regclass::text FROM pg_policy p
           UNION ALL
           SELECT 'aggregate ' || p.oid::regprocedure::text FROM pg_proc p
           WHERE p.prokind = 'a' AND p.pronamespace = 'public'::regnamespace AND ${isOwn('pg_proc', 'p.oid')}
           UNION ALL
           SELECT count(*) || ' large objects' FROM pg_largeobject_metadata HAVING count(*) > 0
           ORDER BY 1 LIMIT 20`,
    values: [],
  };
}
