/**
 * Statements on the events that instances wait for. An event counts that was stored after the wait had begun: ids of the
 * outbox are given out when events are stored, so they tell.
 */
import type { Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { OUTBOX_TABLE } from '../../../tables/system-tables.ts';
import { INSTANCES_TABLE, WAITS_TABLE } from '../../../tables/workflow-tables.ts';

export function insertWait(instanceId: string, token: number, event: string): Statement {
  return {
    text: `INSERT INTO "${WAITS_TABLE}" (instance_id, token, event, began_after) VALUES ($1::uuid, $2::int, $3,
             coalesce(pg_sequence_last_value(pg_get_serial_sequence('"${OUTBOX_TABLE}"', 'id')::regclass), 0))`,
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

/** Who waits for an event of this name since before it was stored, some of them. */
export function selectWaits(of: {
  readonly event: string;
  /** Id of the event. */
  readonly id: string;
  /** Those behind this instance and token. */
  readonly after: Pick<WaitingInstance, 'instanceId' | 'token'> | null;
  readonly limit: number;
}): Statement {
  return {
    text: `SELECT w.instance_id, w.token, i.workflow, i.depth
           FROM "${WAITS_TABLE}" w JOIN "${INSTANCES_TABLE}" i ON i.id = w.instance_id
           WHERE w.event = $1 AND w.began_after < $2::bigint
             AND ($3::uuid IS NULL OR (w.instance_id, w.token) > ($3::uuid, $4::int))
           ORDER BY w.instance_id, w.token LIMIT $5::int`,
    values: [of.event, of.id, of.after?.instanceId ?? null, of.after?.token ?? null, of.limit],
    prepare: true,
  };
}

const waiting = z.tuple([z.string(), z.number(), z.string(), z.number()]);

export function waitingInstance(row: Row): WaitingInstance {
  const [instanceId, token, workflow, depth] = waiting.parse(row);
  return { instanceId, token, workflow, depth };
}

/** A row when the token waits for the event since before it was stored; it does not any more then. */
export function takeWait(of: { instanceId: string; token: number; event: string; id: string }): Statement {
  return {
    text: `DELETE FROM "${WAITS_TABLE}"
           WHERE instance_id = $1::uuid AND token = $2::int AND event = $3 AND began_after < $4::bigint RETURNING 1`,
    values: [of.instanceId, of.token, of.event, of.id],
    prepare: true,
  };
}

/**
 * Events that may be waited for and were stored since the instance began to wait: of these subjects, which are patterns of
 * LIKE. Rows: their JSON.
 */
export function selectSince(instanceId: string, subjects: readonly string[]): Statement {
  return {
    text: `SELECT payload::text FROM "${OUTBOX_TABLE}" o
           WHERE o.id > (SELECT min(w.began_after) FROM "${WAITS_TABLE}" w WHERE w.instance_id = $1::uuid)
             AND o.subject LIKE ANY ($2::text[]) ORDER BY o.id`,
    values: [instanceId, subjects],
    prepare: true,
  };
}
