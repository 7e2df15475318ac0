/** Every statement on the outbox of an app, but for the report of `read-outbox.ts`. */
import type { Row, Statement } from '@rocket/platform';
import type { EncodedEvent, StoredEvent } from '@rocket/schema';
import { z } from 'zod';
import { EPOCH_KEY } from '../activation/meta.ts';
import { META_TABLE, OUTBOX_TABLE, WRITERS_TABLE } from '../tables/system-tables.ts';
import { TIMELINE } from './writers/writers-sql.ts';

/** Column whose constraint fails when the writer is not entered. */
export const WRITER_COLUMN = 'writer';

/**
 * The id comes from the sequence while the record's row is locked, so the events of one record have ids in the order
 * of their commits. The epoch is read in the same statement: a moved app cannot write under its former one. A writer
 * that was ended, or entered on another timeline, is null, which its column does not take. Rows come back in the order of `events`.
 */
export function insertEvents(events: readonly EncodedEvent[], writer: string): Statement {
  const subjects = events.map(({ subject }) => subject);
  // In an array of Postgres each quote of a payload would be escaped.
  const payloads = `[${events.map(({ payload }) => payload).join(',')}]`;
  return {
    text: `INSERT INTO "${OUTBOX_TABLE}" (id, subject, payload, ${WRITER_COLUMN})
           SELECT n.id, n.subject, n.payload || jsonb_build_object('id', n.id::text, 'at', now(),
               'epoch', (SELECT value FROM "${META_TABLE}" WHERE key = $3)),
             (SELECT w.id FROM "${WRITERS_TABLE}" w WHERE w.id = $4 AND w.ended_at IS NULL AND w.timeline = ${TIMELINE})
           FROM (SELECT nextval((SELECT pg_get_serial_sequence('"${OUTBOX_TABLE}"', 'id')::regclass)) AS id,
                   e.subject, e.payload::jsonb AS payload
                 FROM ROWS FROM (unnest($1::text[]), json_array_elements($2::json)) WITH ORDINALITY AS e(subject, payload, place)
                 ORDER BY e.place) n
           RETURNING id::text, (payload->>'epoch')::int, payload->>'at'`,
    values: [subjects, payloads, EPOCH_KEY, writer],
    prepare: true,
  };
}

export interface InsertedEvent {
  readonly id: string;
  readonly epoch: number;
  /** As the payload has it. */
  readonly at: string;
}

const inserted = z.tuple([z.string(), z.number(), z.string()]);

export function insertedEvent(row: Row): InsertedEvent {
  const [id, epoch, at] = inserted.parse(row);
  return { id, epoch, at };
}

export interface WaitingRows {
  /** Of which writer; null for all. */
  readonly writer: string | null;
  /** The highest id that is of interest; null for all. */
  readonly upTo: string | null;
  readonly limit: number;
}

/** Rows that are not marked as published, oldest first: a part, so that no answer is too large. */
export function selectWaiting({ writer, upTo, limit }: WaitingRows): Statement {
  return {
    text: `SELECT o.id::text, subject, payload::text, (payload->>'epoch')::int FROM "${OUTBOX_TABLE}" o
           WHERE published_at IS NULL AND ($1::text IS NULL OR ${WRITER_COLUMN} = $1) AND ($2::bigint IS NULL OR id <= $2::bigint)
           ORDER BY o.id LIMIT $3::int`,
    values: [writer, upTo, limit],
  };
}

/** One row: the highest id of all events; null where there is none. */
export function selectHighestId(): Statement {
  return { text: `SELECT max(id)::text FROM "${OUTBOX_TABLE}"`, values: [] };
}

export interface WaitingEvent extends EncodedEvent {
  readonly id: string;
  readonly epoch: number;
}

const waiting = z.tuple([z.string(), z.string(), z.string(), z.number()]);

export function waitingEvent(row: Row): WaitingEvent {
  const [id, subject, payload, epoch] = waiting.parse(row);
  return { id, subject, payload, epoch };
}

/** The events with these ids, whole, and in order of them. */
export function selectStored(ids: readonly string[]): Statement {
  return {
    text: `SELECT o.id::text, payload::text FROM "${OUTBOX_TABLE}" o WHERE o.id = ANY ($1::bigint[]) ORDER BY o.id`,
    values: [ids],
  };
}

const stored = z.tuple([z.string(), z.string()]);

export function storedEvent(row: Row): StoredEvent {
  const [id, payload] = stored.parse(row);
  return { id, payload };
}

export interface PublishedEvent {
  readonly id: string;
  readonly position: number;
}

/** @param keepsPositions whether they mean something after this process has ended */
export function markPublished(events: readonly PublishedEvent[], keepsPositions: boolean): Statement {
  const positions = events.map(({ position }) => (keepsPositions ? position : null));
  return {
    text: `UPDATE "${OUTBOX_TABLE}" o SET published_at = now(), position = p.position
           FROM unnest($1::bigint[], $2::bigint[]) AS p(id, position) WHERE o.id = p.id`,
    values: [events.map(({ id }) => id), positions],
    prepare: true,
  };
}

/**
 * Waits for the transactions that are adding events, which commit in the message that does so, and keeps others from
 * adding any until this transaction ends.
 */
export function lockOutbox(): Statement {
  return { text: `LOCK TABLE "${OUTBOX_TABLE}" IN SHARE MODE`, values: [] };
}

/**
 * A waiting lock makes all later writers wait behind it, and so does one that is held: the server ends the transaction of a
 * process that takes it and is frozen then.
 */
export function limitLock({
  waitMs,
  heldMs,
}: {
  readonly waitMs: number;
  readonly heldMs: number;
}): Statement {
  return {
    text: "SELECT set_config('lock_timeout', $1, true), set_config('idle_in_transaction_session_timeout', $2, true)",
    values: [`${waitMs}ms`, `${heldMs}ms`],
  };
}

export interface MarkedEvent extends PublishedEvent {
  readonly epoch: number;
}

/** The event with the highest position that is not above `position`. */
export function selectMarked(position: number): Statement {
  const text = `SELECT o.id::text, o.position::float8, (payload->>'epoch')::int FROM "${OUTBOX_TABLE}" o
    WHERE o.position <= $1::bigint ORDER BY o.position DESC LIMIT 1`;
  return { text, values: [position] };
}

const marked = z.tuple([z.string(), z.number(), z.number()]);

export function markedEvent(row: Row): MarkedEvent {
  const [id, position, epoch] = marked.parse(row);
  return { id, position, epoch };
}

/** Everything behind the position has to be published again. Rows: one for each. */
export function unmarkAfter(position: number): Statement {
  return {
    text: `UPDATE "${OUTBOX_TABLE}" SET published_at = NULL, position = NULL
           WHERE position > $1::bigint RETURNING 1`,
    values: [position],
  };
}

export interface PruneRange {
  readonly keepHours: number;
  /** Rows up to this id are gone already. */
  readonly after: string;
  readonly limit: number;
}

/** Removes some of the oldest rows that were published long enough ago. Rows: the id of each. */
export function pruneOutbox({ keepHours, after, limit }: PruneRange): Statement {
  return {
    text: `DELETE FROM "${OUTBOX_TABLE}" WHERE id = ANY(ARRAY(
             SELECT id FROM "${OUTBOX_TABLE}"
             WHERE id > $2::bigint AND published_at < now() - make_interval(hours => $1::int)
             ORDER BY id LIMIT $3::int))
           RETURNING id::text`,
    values: [keepHours, after, limit],
  };
}
