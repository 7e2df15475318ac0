/** SQL that makes the tables of an app once more, as somebody would write it who copies them by hand. */
import type { Client } from 'pg';
import { z } from 'zod';

/** A row for each table: its name, and how it is made. */
const TABLES = `SELECT c.oid::regclass::text AS name,
    format('CREATE TABLE %s (%s)', c.oid::regclass, string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || CASE WHEN a.attcollation <> t.typcollation THEN ' COLLATE ' || a.attcollation::regcollation ELSE '' END
      || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END, ', ' ORDER BY a.attnum)) AS sql
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type t ON t.oid = a.atttypid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY c.oid ORDER BY c.oid`;
const CONSTRAINTS = `SELECT conname AS name, format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
    pg_get_constraintdef(oid)) AS sql
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = $1 ORDER BY conrelid, conname`;
const INDEXES = `SELECT c.relname AS name, pg_get_indexdef(i.indexrelid) AS sql
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))
  ORDER BY i.indrelid, c.relname`;

const rows = z.array(z.object({ name: z.string(), sql: z.string() }));
type Made = z.infer<typeof rows>;

export interface HandStructure {
  /** Each with its name, quoted. */
  readonly tables: Made;
  readonly keys: Made;
  /** Unique constraints, indexes, checks and foreign keys, in the order in which they are made. */
  readonly rest: Made;
}

export async function readHandStructure(client: Client): Promise<HandStructure> {
  const read = async (text: string, ...values: readonly string[]): Promise<Made> =>
    rows.parse((await client.query(text, [...values])).rows);
  return {
    tables: await read(TABLES),
    keys: await read(CONSTRAINTS, 'p'),
    rest: [
      ...(await read(CONSTRAINTS, 'u')),
      ...(await read(INDEXES)),
      ...(await read(CONSTRAINTS, 'c')),
      ...(await read(CONSTRAINTS, 'f')),
    ],
  };
}
