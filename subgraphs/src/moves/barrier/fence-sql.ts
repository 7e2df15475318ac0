/**
 * The write fence of an app's database: triggers that refuse every change, whoever makes it. A process that knows nothing of
 * a move, or that was frozen and wakes after it, is refused by the database itself. Replication passes, as its sessions do
 * not fire triggers of this kind, and so do sessions of the mover, by a setting of theirs.
 */
import { POSTGRES_CODES, type Row, type Statement } from '@rocket/platform';
import type { Epoch } from '@rocket/schema';
import { EPOCH_KEY, upsertMeta } from '../../activation/meta.ts';
import { type EnteredWriter, enteredWriter } from '../../outbox/writers/writers-sql.ts';
import { IS_OWN_TABLE } from '../../tables/own-tables.ts';
import { META_TABLE, WRITERS_TABLE } from '../../tables/system-tables.ts';

/** Apart from the app's own tables, so that it is neither copied nor taken for one of them. */
const SCHEMA = 'rocket_move';
/** Trigger of each table. A disabled one costs nothing, and needs no lock on readers to come back. */
export const FENCE_TRIGGER = '_fence';
/** Sessions with this setting may write behind a fence. */
export const PASSING_SESSION = 'rocket.mover=on';
const MARKER_KEY = 'move_marker';

const TABLES = `SELECT c.oid::regclass AS name,
    (SELECT t.tgenabled FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = '${FENCE_TRIGGER}') AS trigger
  FROM pg_class c WHERE ${IS_OWN_TABLE} ORDER BY c.oid`;

const IMPATIENT = `IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
       PERFORM set_config('deadlock_timeout', '100ms', true);
     END IF;`;

/** In their order. Each does nothing that was done before, but for functions, which become those of this version. */
export const CREATE_FENCE: readonly string[] = [
  `CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`,
  `CREATE TABLE IF NOT EXISTS ${SCHEMA}.term (move uuid PRIMARY KEY, term integer NOT NULL)`,
  `CREATE OR REPLACE FUNCTION ${SCHEMA}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
   BEGIN
     IF current_setting('rocket.mover', true) = 'on' THEN RETURN NULL; END IF;
     RAISE EXCEPTION 'The app is moved: nothing is written to this database' USING ERRCODE = '${POSTGRES_CODES.fenced}';
   END $$`,
  // Locks first: whoever has written to a table holds a lock that conflicts until they commit. Where the user may set it,
  // deadlocks end this transaction and not the app's, which wait longer before they look for one, and a vacuum that is in
  // the way is ended sooner.
  `CREATE OR REPLACE FUNCTION ${SCHEMA}.fence() RETURNS void LANGUAGE plpgsql AS $$
   DECLARE one record;
   BEGIN
     ${IMPATIENT}
     FOR one IN ${TABLES} LOOP
       EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', one.name);
     END LOOP;
     FOR one IN ${TABLES} LOOP
       IF one.trigger IS NULL THEN
         EXECUTE format('CREATE TRIGGER "${FENCE_TRIGGER}" BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s
           FOR EACH STATEMENT EXECUTE FUNCTION ${SCHEMA}.refuse()', one.name);
       ELSIF one.trigger = 'D' THEN
         EXECUTE format('ALTER TABLE %s ENABLE TRIGGER "${FENCE_TRIGGER}"', one.name);
       END IF;
     END LOOP;
   END $$`,
  `CREATE OR REPLACE FUNCTION ${SCHEMA}.unfence() RETURNS void LANGUAGE plpgsql AS $$
   DECLARE one record;
   BEGIN
     ${IMPATIENT}
     FOR one IN ${TABLES} LOOP
       IF one.trigger <> 'D' THEN
         EXECUTE format('ALTER TABLE %s DISABLE TRIGGER "${FENCE_TRIGGER}"', one.name);
       END IF;
     END LOOP;
   END $$`,
];

export interface MoveTerm {
  readonly move: string;
  readonly term: number;
}

/** One row: whether the session may write behind a fence, as it asked for when it connected. */
export function selectPasses(): Statement {
  return { text: `SELECT coalesce(current_setting('rocket.mover', true), '') = 'on'`, values: [] };
}

/**
 * A row unless a later mover has been here. Its lock keeps later ones out until the transaction ends, which the server does
 * when this mover is frozen in it: by then another one takes over.
 */
export function enterTerm({ move, term }: MoveTerm): Statement {
  return {
    text: `INSERT INTO ${SCHEMA}.term AS t (move, term)
           SELECT $1::uuid, $2 WHERE set_config('idle_in_transaction_session_timeout', '5s', true) IS NOT NULL
           ON CONFLICT (move) DO UPDATE SET term = excluded.term WHERE t.term <= excluded.term RETURNING term`,
    values: [move, term],
  };
}

/** One row: whether moves have been here. */
export function selectHasBarrier(): Statement {
  return { text: `SELECT to_regclass('${SCHEMA}.term') IS NOT NULL`, values: [] };
}

/** A row for each move that has been here: its id. */
export function selectMovesHere(): Statement {
  return { text: `SELECT move FROM ${SCHEMA}.term`, values: [] };
}

export function fence(): Statement {
  return { text: `SELECT ${SCHEMA}.fence()`, values: [] };
}

export function unfence(): Statement {
  return { text: `SELECT ${SCHEMA}.unfence()`, values: [] };
}

/** Times are in ms. The first bounds each statement, the second whoever holds the locks and is frozen. */
export function limitFence(statementMs: number, idleMs: number): Statement {
  return {
    text: `SELECT set_config('statement_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true),
             set_config('synchronous_commit', 'on', true)`,
    values: [`${statementMs}ms`, `${idleMs}ms`],
  };
}

export function setEpoch(epoch: Epoch): Statement {
  return upsertMeta(EPOCH_KEY, epoch);
}

/** Nothing is committed under them any more, as nothing is committed at all. Rows: those that were open. */
export function endAllWriters(): Statement {
  return {
    text: `UPDATE "${WRITERS_TABLE}" SET ended_at = now() WHERE ended_at IS NULL RETURNING id, process`,
    values: [],
  };
}

/** Those that were ended lately, by whomever. */
export function selectEndedWriters(): Statement {
  return {
    text: `SELECT id, process FROM "${WRITERS_TABLE}" WHERE ended_at > now() - interval '1 hour'`,
    values: [],
  };
}

export function endedWriters(rows: readonly Row[]): readonly EnteredWriter[] {
  return rows.map(enteredWriter);
}

/** A change that is replicated like all others: when the target has it, it has all that was committed before. */
export function putMarker(marker: string): Statement {
  return upsertMeta(MARKER_KEY, marker);
}

/** One row: whether the marker has come. */
export function selectMarker(marker: string): Statement {
  return {
    text: `SELECT EXISTS (SELECT 1 FROM "${META_TABLE}" WHERE key = $1 AND value = to_jsonb($2::text))`,
    values: [MARKER_KEY, marker],
    prepare: true,
  };
}
