/** Statements on the history of instances, and on the events that they wait for. */
import type { Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { HISTORY_TABLE, INSTANCES_TABLE, WAITS_TABLE } from '../../../tables/workflow-tables.ts';
import { INSTANT_SQL } from '../../../write/record-sql.ts';

/** How a step ended, or what else was done to an instance. */
export type HistoryStatus =
  | 'completed'
  | 'on_true'
  | 'on_false'
  | 'approved'
  | 'rejected'
  | 'timed_out'
  | 'waited'
  | 'received'
  | 'joined'
  | 'reassigned'
  | 'failed'
  | 'retried'
  | 'cancelled';

export interface HistoryEntry {
  readonly step: string;
  /** Of the step, as in the document. */
  readonly type: string;
  readonly status: HistoryStatus;
  /** User who did it; null for the engine. */
  readonly actor: string | null;
  readonly comment: string | null;
}

/** In order. */
export function insertHistory(instanceId: string, entries: readonly HistoryEntry[]): Statement {
  const of = (key: keyof HistoryEntry) => entries.map((entry) => entry[key]);
  return {
    text: `INSERT INTO "${HISTORY_TABLE}" (instance_id, step, type, status, actor, comment, at)
           SELECT $1::uuid, e.step, e.type, e.status, e.actor, e.comment, ${INSTANT_SQL}
           FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
             WITH ORDINALITY AS e(step, type, status, actor, comment, place) ORDER BY e.place`,
    values: [instanceId, of('step'), of('type'), of('status'), of('actor'), of('comment')],
    prepare: true,
  };
}

export function insertWait(instanceId: string, token: number, event: string): Statement {
  return {
    text: `INSERT INTO "${WAITS_TABLE}" (instance_id, token, event, began_at) VALUES ($1::uuid, $2::int, $3, now())`,
    values: [instanceId, token, event],
    prepare: true,
  };
}

/** Of all tokens of the instance where `tokens` is null. */
export function deleteWaits(instanceId: string, tokens: readonly number[] | null): Statement {
  return {
    text: `DELETE FROM "${WAITS_TABLE}"
           WHERE instance_id = $1::uuid AND ($2::int[] IS NULL OR token = ANY ($2::int[]))`,
    values: [instanceId, tokens],
    prepare: true,
  };
}

export interface WaitingInstance {
  readonly instanceId: string;
  readonly token: number;
  readonly workflow: string;
  readonly depth: number;
}

/** Who waits for an event of this name since before `at`, ISO 8601, some of them. */
export function selectWaits(of: {
  readonly event: string;
  readonly at: string;
  /** Those behind this instance and token. */
  readonly after: Pick<WaitingInstance, 'instanceId' | 'token'> | null;
  readonly limit: number;
}): Statement {
  return {
    text: `SELECT w.instance_id, w.token, i.workflow, i.depth
           FROM "${WAITS_TABLE}" w JOIN "${INSTANCES_TABLE}" i ON i.id = w.instance_id
           WHERE w.event = $1 AND w.began_at <= $2::timestamptz
             AND ($3::uuid IS NULL OR (w.instance_id, w.token) > ($3::uuid, $4::int))
           ORDER BY w.instance_id, w.token LIMIT $5::int`,
    values: [of.event, of.at, of.after?.instanceId ?? null, of.after?.token ?? null, of.limit],
    prepare: true,
  };
}

const waiting = z.tuple([z.string(), z.number(), z.string(), z.number()]);

export function waitingInstance(row: Row): WaitingInstance {
  const [instanceId, token, workflow, depth] = waiting.parse(row);
  return { instanceId, token, workflow, depth };
}

/** A row when the token waits for the event since before `at`; it does not any more then. */
export function takeWait(of: { instanceId: string; token: number; event: string; at: string }): Statement {
  return {
    text: `DELETE FROM "${WAITS_TABLE}"
           WHERE instance_id = $1::uuid AND token = $2::int AND event = $3 AND began_at <= $4::timestamptz RETURNING 1`,
    values: [of.instanceId, of.token, of.event, of.at],
    prepare: true,
  };
}
