/** Reads from the catalog of Postgres which indexes the business tables have. */
import type { Queryable, Statement } from '@rocket/platform';
import { z } from 'zod';
import type { ExistingIndex } from '../tables/existing-tables.ts';
import { isBusinessTable } from '../tables/system-tables.ts';

const IndexRow = z.tuple([
  z.string(),
  z.string(),
  z.array(z.string().nullable()),
  z.array(z.boolean()),
  z.boolean(),
  z.boolean(),
  z.string(),
  z.string().nullable(),
  z.boolean(),
]);

/** An expression has no column: its number in `indkey` is 0. Included columns are not keys. */
function selectIndexes(): Statement {
  return {
    text: `SELECT t.relname::text, i.relname::text, k.columns, k.descending, x.indisprimary, x.indisunique, m.amname::text,
             pg_get_expr(x.indpred, x.indrelid), x.indisvalid
           FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
             JOIN pg_am m ON m.oid = i.relam
             CROSS JOIN LATERAL (
               SELECT array_agg(a.attname::text ORDER BY n.place) AS columns,
                      array_agg(x.indoption[n.place - 1] & 1 = 1 ORDER BY n.place) AS descending
               FROM generate_series(1, x.indnkeyatts) AS n(place)
                 LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[n.place - 1] AND a.attnum > 0) AS k
           WHERE t.relnamespace = 'public'::regnamespace AND ${isBusinessTable('t.relname')}`,
    values: [],
  };
}

/** By table. */
export async function inspectIndexes(database: Queryable): Promise<ReadonlyMap<string, ExistingIndex[]>> {
  const tables = new Map<string, ExistingIndex[]>();
  for (const row of await database.query(selectIndexes())) {
    const [table, name, columns, descending, isPrimary, isUnique, method, predicate, isValid] =
      IndexRow.parse(row);
    const keys = columns.map((column, index) => ({ column, descending: descending[index] === true }));
    const known = tables.get(table) ?? [];
    known.push({ name, keys, isPrimary, isUnique, method, predicate, isValid });
    tables.set(table, known);
  }
  return tables;
}
