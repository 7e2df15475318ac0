/**
 * Statements on timers. The database's clock alone says what is due, so that no host's clock makes one early or late;
 * `clock_timestamp()`, since transactions may be older than what they ask about.
 */
import type { Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { INSTANCES_TABLE, TIMERS_TABLE } from '../../tables/workflow-tables.ts';

const IN_MS = 'extract(epoch FROM due_at - clock_timestamp()) * 1000';

/** Sets the timer of a token, by a time from now in ms. One row, as {@link dueTime} reads it. */
export function setTimer(instanceId: string, token: number, ms: number): Statement {
  return setting("clock_timestamp() + $3::float8 * interval '1 millisecond'", [instanceId, token, ms]);
}

/** The same at a time, ISO 8601. */
export function setTimerAt(instanceId: string, token: number, at: string): Statement {
  return setting('$3::timestamptz', [instanceId, token, at]);
}

function setting(dueSql: string, values: readonly [string, number, string | number]): Statement {
  return {
    text: `INSERT INTO "${TIMERS_TABLE}" (instance_id, token, due_at) VALUES ($1::uuid, $2::int, ${dueSql})
           ON CONFLICT (instance_id, token) WHERE instance_id IS NOT NULL
             DO UPDATE SET due_at = excluded.due_at, held = false RETURNING due_at`,
    values,
    prepare: true,
  };
}

/** When the timer that was set is due, ISO 8601. */
export function dueTime([row]: readonly Row[]): string {
  return z.tuple([z.string()]).parse(row)[0];
}

/** Of all tokens of the instance where `tokens` is null. */
export function deleteTimers(instanceId: string, tokens: readonly number[] | null): Statement {
  return {
    text: `DELETE FROM "${TIMERS_TABLE}"
           WHERE instance_id = $1::uuid AND ($2::int[] IS NULL OR token = ANY ($2::int[]))`,
    values: [instanceId, tokens],
    prepare: true,
  };
}

/** Those of an instance that has failed do not fire, until it goes on. */
export function holdTimers(instanceId: string, held: boolean): Statement {
  return {
    text: `UPDATE "${TIMERS_TABLE}" SET held = $2 WHERE instance_id = $1::uuid AND held <> $2`,
    values: [instanceId, held],
    prepare: true,
  };
}

/** A row when the timer is due; it is gone then. */
export function takeTimer(id: string): Statement {
  return {
    text: `DELETE FROM "${TIMERS_TABLE}" WHERE id = $1::bigint AND NOT held AND due_at <= clock_timestamp() RETURNING 1`,
    values: [id],
    prepare: true,
  };
}

export type DueTimer =
  | {
      readonly kind: 'token';
      readonly id: string;
      readonly lateMs: number;
      readonly instanceId: string;
      readonly token: number;
      readonly workflow: string;
      readonly depth: number;
    }
  | { readonly kind: 'schedule'; readonly id: string; readonly lateMs: number; readonly schedule: string };

/** Some of those that are due, oldest first. */
export function selectDue(limit: number): Statement {
  return {
    text: `SELECT t.id::text, -(${IN_MS}), t.instance_id, t.token, i.workflow, i.depth, t.schedule
           FROM "${TIMERS_TABLE}" t LEFT JOIN "${INSTANCES_TABLE}" i ON i.id = t.instance_id
           WHERE NOT t.held AND t.due_at <= clock_timestamp() AND (t.schedule IS NOT NULL OR i.id IS NOT NULL)
           ORDER BY t.due_at, t.id LIMIT $1::int`,
    values: [limit],
    prepare: true,
  };
}

const due = z.union([
  z.tuple([z.string(), z.coerce.number(), z.string(), z.number(), z.string(), z.number(), z.null()]),
  z.tuple([z.string(), z.coerce.number(), z.null(), z.null(), z.null(), z.null(), z.string()]),
]);

export function dueTimer(row: Row): DueTimer {
  const [id, lateMs, instanceId, token, workflow, depth, schedule] = due.parse(row);
  if (schedule !== null) return { kind: 'schedule', id, lateMs, schedule };
  return { kind: 'token', id, lateMs, instanceId, token, workflow, depth };
}

/** It could not be fired, and is not to keep others from being found. */
export function postponeTimer(id: string, ms: number): Statement {
  return {
    text: `UPDATE "${TIMERS_TABLE}" SET due_at = clock_timestamp() + $2::float8 * interval '1 millisecond'
           WHERE id = $1::bigint`,
    values: [id, ms],
  };
}

/** One row: in how many ms the next timer is due, negative when it is; null when there is none. */
export function selectNextDue(): Statement {
  return {
    text: `SELECT (SELECT ${IN_MS} FROM "${TIMERS_TABLE}" WHERE NOT held ORDER BY due_at LIMIT 1)`,
    values: [],
    prepare: true,
  };
}

const nextDue = z.tuple([z.coerce.number().nullable()]);

export function msUntilDue(row: Row): number | null {
  // `coerce` would make 0 of null.
  return row[0] === null ? null : nextDue.parse(row)[0];
}

export interface ScheduleTimer {
  /** Name of the workflow. */
  readonly schedule: string;
  /** Text by which it is seen whether its times have changed. */
  readonly definition: string;
  /** ISO 8601. */
  readonly dueAt: string;
}

/** One that is there with the same definition stays as it is. */
export function putSchedule({ schedule, definition, dueAt }: ScheduleTimer): Statement {
  return {
    text: `INSERT INTO "${TIMERS_TABLE}" (schedule, definition, due_at) VALUES ($1, $2, $3::timestamptz)
           ON CONFLICT (schedule) DO UPDATE SET definition = excluded.definition, due_at = excluded.due_at
             WHERE "${TIMERS_TABLE}".definition IS DISTINCT FROM excluded.definition`,
    values: [schedule, definition, dueAt],
  };
}

export function deleteSchedulesExcept(schedules: readonly string[]): Statement {
  return {
    text: `DELETE FROM "${TIMERS_TABLE}" WHERE schedule IS NOT NULL AND schedule <> ALL ($1::text[])`,
    values: [schedules],
  };
}

/** One row: the database's time. */
export function selectTime(): Statement {
  return { text: 'SELECT clock_timestamp()', values: [] };
}

export function databaseTime(row: Row | undefined): Date {
  return new Date(z.string().parse(row?.[0]));
}

/**
 * Locks the timer. A row when it is due and nobody else has it: when that was, the database's time, and by which
 * definition it was set.
 */
export function takeSchedule(id: string): Statement {
  return {
    text: `SELECT due_at, clock_timestamp(), definition FROM "${TIMERS_TABLE}"
           WHERE id = $1::bigint AND due_at <= clock_timestamp() FOR UPDATE SKIP LOCKED`,
    values: [id],
  };
}

export interface TakenSchedule extends Pick<ScheduleTimer, 'dueAt' | 'definition'> {
  readonly now: Date;
}

export function takenSchedule(row: Row): TakenSchedule {
  const [dueAt, now, definition] = z.tuple([z.string(), z.string(), z.string()]).parse(row);
  return { dueAt, now: new Date(now), definition };
}

/** @param dueAt null where it comes no more */
export function moveSchedule(id: string, dueAt: string | null): Statement {
  if (dueAt === null) return { text: `DELETE FROM "${TIMERS_TABLE}" WHERE id = $1::bigint`, values: [id] };
  return {
    text: `UPDATE "${TIMERS_TABLE}" SET due_at = $2::timestamptz WHERE id = $1::bigint`,
    values: [id, dueAt],
  };
}
