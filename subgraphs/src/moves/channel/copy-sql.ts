/** Every statement on how far the copy of a database is. */
import type { Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { IS_OWN_TABLE } from '../../tables/own-tables.ts';
import { IS_SUBSCRIBED_HERE } from './channel-sql.ts';

/** A row for each table: its name, how far it is, and of its copy the rows and bytes so far. */
export function selectCopies(name: string): Statement {
  return {
    text: `SELECT r.srrelid::regclass::text, r.srsubstate::text, coalesce(p.tuples_processed, 0)::float8,
             coalesce(p.bytes_processed, 0)::float8
           FROM pg_subscription s JOIN pg_subscription_rel r ON r.srsubid = s.oid
             LEFT JOIN pg_stat_progress_copy p ON p.relid = r.srrelid AND p.datname = current_database()
           WHERE s.subname = $1 AND ${IS_SUBSCRIBED_HERE}`,
    values: [name],
  };
}

export interface TableCopy {
  readonly table: string;
  /** All rows are there, and changes follow. */
  readonly isReady: boolean;
  /** All rows are there. */
  readonly isCopied: boolean;
  readonly rows: number;
  readonly bytes: number;
}

const copyRow = z.tuple([z.string(), z.enum(['i', 'd', 'f', 's', 'r']), z.number(), z.number()]);

export function tableCopy(row: Row): TableCopy {
  const [table, state, rows, bytes] = copyRow.parse(row);
  return { table, isReady: state === 'r', isCopied: state !== 'i' && state !== 'd', rows, bytes };
}

/** One row: workers that apply changes or copy, and how often either has failed. */
export function selectFailures(name: string): Statement {
  return {
    text: `SELECT (SELECT count(*)::int FROM pg_stat_subscription w WHERE w.subname = $1 AND w.pid IS NOT NULL),
             coalesce(sum(f.apply_error_count + f.sync_error_count), 0)::int
           FROM pg_stat_subscription_stats f WHERE f.subname = $1`,
    values: [name],
  };
}

const failureRow = z.tuple([z.number(), z.number()]);

export function failuresOf([row]: readonly Row[]): { readonly workers: number; readonly failures: number } {
  const [workers, failures] = failureRow.parse(row);
  return { workers, failures };
}

/** A row for each table: quoted name, estimated rows, bytes. */
export function selectTables(): Statement {
  return {
    text: `SELECT format('%I.%I', 'public', c.relname), greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::float8,
             pg_table_size(c.oid)::float8
           FROM pg_class c WHERE ${IS_OWN_TABLE} ORDER BY c.relname`,
    values: [],
  };
}

const tableRow = z.tuple([z.string(), z.number(), z.number()]);

export interface SourceTable {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

export function sourceTable(row: Row): SourceTable {
  const [name, rows, bytes] = tableRow.parse(row);
  return { name, rows, bytes };
}
