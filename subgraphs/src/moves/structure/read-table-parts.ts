/** Reads constraints, indexes and triggers of tables, as far as they do not come from another table. */
import type { Queryable, Statement } from '@rocket/platform';
import { z } from 'zod';
import { IS_OWN_TABLE } from '../../tables/own-tables.ts';
import { byTable, QUALIFIED_NAMES } from './catalog-sql.ts';
import type { ConstraintStructure, IndexStructure, TriggerStructure } from './database-structure.ts';

const CONSTRAINT_KINDS = {
  p: 'primary key',
  u: 'unique',
  x: 'exclusion',
  c: 'check',
  f: 'foreign key',
  n: 'not null',
} as const;
const FIRING = { O: null, D: 'DISABLE', R: 'ENABLE REPLICA', A: 'ENABLE ALWAYS' } as const;

const ConstraintRow = z.tuple([z.string(), z.string(), z.enum(['p', 'u', 'x', 'c', 'f', 'n']), z.string()]);
const IndexRow = z.tuple([z.string(), z.string(), z.string()]);
const TriggerRow = z.tuple([z.string(), z.string(), z.string(), z.enum(['O', 'D', 'R', 'A'])]);

/**
 * Constraints of partitions that are parts of those of their table come with it, except keys, which would get other
 * names. From version 18 on, NOT NULL is a constraint too; it is read with its column, unless rows may still break it.
 */
function selectConstraints(): Statement {
  return {
    text: `SELECT c.relname::text, o.conname::text, o.contype::text, pg_get_constraintdef(o.oid)
           FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
           WHERE ${QUALIFIED_NAMES} AND ${IS_OWN_TABLE}
             AND (o.contype IN ('p', 'u', 'x') OR (o.contype = 'c' AND o.conislocal)
               OR (o.contype = 'f' AND o.conparentid = 0) OR (o.contype = 'n' AND NOT o.convalidated))
           ORDER BY c.oid, o.oid`,
    values: [],
  };
}

/**
 * An index that was not built to its end is none: it would be made whole by the copy, where it may not be possible.
 * Postgres tells the index of a partitioned table as one of this table ONLY, without its partitions.
 */
function selectIndexes(): Statement {
  const start = `format('CREATE %sINDEX %I ON ', CASE WHEN x.indisunique THEN 'UNIQUE ' END, i.relname)`;
  return {
    text: `SELECT c.relname::text, i.relname::text,
             CASE WHEN i.relkind = 'I' THEN overlay(pg_get_indexdef(i.oid) PLACING '' FROM length(${start}) + 1 FOR 5)
                  ELSE pg_get_indexdef(i.oid) END
           FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
           WHERE ${QUALIFIED_NAMES} AND ${IS_OWN_TABLE} AND x.indisvalid AND x.indislive
             AND NOT EXISTS (SELECT 1 FROM pg_constraint o WHERE o.conindid = i.oid AND o.contype IN ('p', 'u', 'x'))
           ORDER BY c.oid, i.oid`,
    values: [],
  };
}

function selectTriggers(): Statement {
  return {
    text: `SELECT c.relname::text, g.tgname::text, pg_get_triggerdef(g.oid), g.tgenabled::text
           FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid
           WHERE ${QUALIFIED_NAMES} AND ${IS_OWN_TABLE} AND NOT g.tgisinternal AND g.tgparentid = 0
           ORDER BY c.oid, g.oid`,
    values: [],
  };
}

export async function readConstraints(database: Queryable): Promise<Map<string, ConstraintStructure[]>> {
  const rows = await database.query(selectConstraints());
  return byTable(
    rows.map((row) => {
      const [table, name, kind, definition] = ConstraintRow.parse(row);
      return { table, part: { name, kind: CONSTRAINT_KINDS[kind], definition } };
    }),
  );
}

export async function readIndexes(database: Queryable): Promise<Map<string, IndexStructure[]>> {
  const rows = await database.query(selectIndexes());
  return byTable(
    rows.map((row) => {
      const [table, name, definition] = IndexRow.parse(row);
      return { table, part: { name, definition } };
    }),
  );
}

export async function readTriggers(database: Queryable): Promise<Map<string, TriggerStructure[]>> {
  const rows = await database.query(selectTriggers());
  return byTable(
    rows.map((row) => {
      const [table, name, definition, enabled] = TriggerRow.parse(row);
      return { table, part: { name, definition, firing: FIRING[enabled] } };
    }),
  );
}
