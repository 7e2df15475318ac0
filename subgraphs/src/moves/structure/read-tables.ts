/** Reads tables with their columns. */
import type { Queryable, Statement } from '@rocket/platform';
import { z } from 'zod';
import { IS_OWN_TABLE } from '../../tables/own-tables.ts';
import { byTable, QUALIFIED_NAMES, qualified } from './catalog-sql.ts';
import type { ColumnStructure, TableStructure } from './database-structure.ts';
import { readConstraints, readIndexes, readTriggers } from './read-table-parts.ts';

const IDENTITIES = { d: 'default', n: 'nothing', f: 'full', i: 'index' } as const;
const GENERATED = { '': null, s: 'stored', v: 'virtual' } as const;
const IDENTITY = { '': null, a: 'ALWAYS', d: 'BY DEFAULT' } as const;

const TableRow = z.tuple([
  z.string(),
  z.boolean(),
  z.string().nullable(),
  z.string().nullable(),
  z.array(z.string()),
  z.number(),
  z.enum(['d', 'n', 'f', 'i']),
  z.string().nullable(),
  z.array(z.string()),
]);
const ColumnRow = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string().nullable(),
  z.boolean(),
  z.string().nullable(),
  z.enum(['', 's', 'v']),
  z.enum(['', 'a', 'd']),
]);

/**
 * A key that is checked only at the end of a transaction does not identify rows for replication. The setting of an
 * index outlives the index: nothing identifies rows then.
 */
function selectTables(): Statement {
  return {
    text: `SELECT c.relname::text, c.relpersistence = 'u',
             CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
             pg_get_expr(c.relpartbound, c.oid),
             ARRAY(SELECT p.relname::text FROM pg_inherits h JOIN pg_class p ON p.oid = h.inhparent
                   WHERE h.inhrelid = c.oid ORDER BY h.inhseqno),
             (SELECT count(*) FROM pg_partition_ancestors(c.oid))::int,
             CASE WHEN c.relreplident = 'i' AND NOT EXISTS (
               SELECT 1 FROM pg_index x WHERE x.indrelid = c.oid AND x.indisreplident) THEN 'n' ELSE c.relreplident::text END,
             (SELECT i.relname::text FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
              WHERE x.indrelid = c.oid AND x.indisreplident AND c.relreplident = 'i'),
             ARRAY(SELECT a.attname::text FROM pg_index x
                     JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (x.indkey[0:x.indnkeyatts - 1])
                   WHERE x.indrelid = c.oid AND x.indisvalid AND x.indimmediate
                     AND CASE c.relreplident WHEN 'd' THEN x.indisprimary WHEN 'i' THEN x.indisreplident ELSE false END
                   ORDER BY a.attnum)
           FROM pg_class c WHERE ${QUALIFIED_NAMES} AND ${IS_OWN_TABLE} ORDER BY c.oid`,
    values: [],
  };
}

/** A partition has the identity of its table, which gives it to what is attached. */
function selectColumns(): Statement {
  return {
    text: `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod),
             CASE WHEN a.attcollation <> t.typcollation THEN
               (SELECT ${qualified('l.collnamespace', 'l.collname')} FROM pg_collation l WHERE l.oid = a.attcollation) END,
             a.attnotnull AND NOT EXISTS (
               SELECT 1 FROM pg_constraint o WHERE o.conrelid = c.oid AND o.contype = 'n' AND NOT o.convalidated
                 AND a.attnum = ANY (o.conkey)),
             pg_get_expr(d.adbin, d.adrelid), a.attgenerated::text,
             CASE WHEN c.relispartition THEN '' ELSE a.attidentity::text END
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
             LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
           WHERE ${QUALIFIED_NAMES} AND ${IS_OWN_TABLE} AND a.attnum > 0 AND NOT a.attisdropped
           ORDER BY c.oid, a.attnum`,
    values: [],
  };
}

export async function readTables(database: Queryable): Promise<TableStructure[]> {
  const tables = await database.query(selectTables());
  const columns = await readColumns(database);
  const constraints = await readConstraints(database);
  const indexes = await readIndexes(database);
  const triggers = await readTriggers(database);
  return tables.map((row) => {
    const [name, isUnlogged, partitionKey, partitionBound, parents, depth, kind, index, key] =
      TableRow.parse(row);
    return {
      ...{ name, isUnlogged, partitionKey, partitionBound, parents, depth },
      replicaIdentity: { kind: IDENTITIES[kind], index, columns: key },
      columns: columns.get(name) ?? [],
      constraints: constraints.get(name) ?? [],
      indexes: indexes.get(name) ?? [],
      triggers: triggers.get(name) ?? [],
    };
  });
}

async function readColumns(database: Queryable): Promise<Map<string, ColumnStructure[]>> {
  const rows = await database.query(selectColumns());
  return byTable(
    rows.map((row) => {
      const [table, name, type, collation, isNotNull, expression, generated, identity] = ColumnRow.parse(row);
      const kinds = { generated: GENERATED[generated], identity: IDENTITY[identity] };
      return { table, part: { name, type, collation, isNotNull, expression, ...kinds } };
    }),
  );
}
