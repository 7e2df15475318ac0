/** Every statement on the writers that may add events to the outbox of an app. */
import type { Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { META_TABLE, OUTBOX_TABLE, WRITERS_TABLE } from '../../tables/system-tables.ts';

/**
 * The timeline of the server's log, in hexadecimal. It changes when a replica is promoted, which may not have all that was
 * committed: then numbers that were given to events come again.
 */
export const TIMELINE = 'substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)';
const TIMELINE_KEY = 'timeline';
/** More than a replica can lag behind. */
const SKIPPED_IDS = 1_000_000_000;
const ID_SEQUENCE = `pg_get_serial_sequence('"${OUTBOX_TABLE}"', 'id')`;
const SKIP_IDS = `setval(${ID_SEQUENCE}, nextval(${ID_SEQUENCE}) + ${SKIPPED_IDS})`;

/** Does nothing for a writer that others have ended already: changes under it will fail. */
export function enterWriter({ id, process }: EnteredWriter): Statement {
  return {
    text: `INSERT INTO "${WRITERS_TABLE}" (id, process, timeline) VALUES ($1, $2, ${TIMELINE}) ON CONFLICT (id) DO NOTHING`,
    values: [id, process],
  };
}

/**
 * On a new timeline numbers go on far behind those that may have been given on the former one: no two events of an app have
 * the same.
 */
export function skipIdsOfFormerTimeline(): Statement {
  return {
    text: `WITH former AS (SELECT 1 FROM "${META_TABLE}" WHERE key = $1 AND value <> to_jsonb(${TIMELINE})),
             skipped AS (SELECT ${SKIP_IDS} FROM former)
           INSERT INTO "${META_TABLE}" (key, value) SELECT $1, to_jsonb(${TIMELINE}) FROM (SELECT count(*) FROM skipped) s
           ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    values: [TIMELINE_KEY],
  };
}

/** Numbers go on far behind those that may have been given after the copy was made that the database comes from. */
export function skipIds(): Statement {
  return { text: `SELECT ${SKIP_IDS}`, values: [] };
}

/** Leaves a note, since a process that was frozen after it had announced a writer enters it when it wakes. */
export function endWriter({ id, process }: EnteredWriter): Statement {
  return {
    text: `INSERT INTO "${WRITERS_TABLE}" (id, process, timeline, ended_at) VALUES ($1, $2, ${TIMELINE}, now())
           ON CONFLICT (id) DO UPDATE SET ended_at = now()`,
    values: [id, process],
  };
}

export function forgetEndedWriters(keepHours: number): Statement {
  return {
    text: `DELETE FROM "${WRITERS_TABLE}" WHERE ended_at < now() - make_interval(hours => $1::int)`,
    values: [keepHours],
  };
}

/** By its own process, which enters it no more. */
export function removeWriter(writer: string): Statement {
  return { text: `DELETE FROM "${WRITERS_TABLE}" WHERE id = $1`, values: [writer] };
}

export function selectWriters(): Statement {
  return { text: `SELECT id, process FROM "${WRITERS_TABLE}" WHERE ended_at IS NULL`, values: [] };
}

export interface EnteredWriter {
  readonly id: string;
  readonly process: string;
}

const entered = z.tuple([z.string(), z.string()]);

export function enteredWriter(row: Row): EnteredWriter {
  const [id, process] = entered.parse(row);
  return { id, process };
}
