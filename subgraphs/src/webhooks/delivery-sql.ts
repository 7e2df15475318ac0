/**
 * Statements of those who send deliveries. What is still to be sent has a time in `due_at`: who takes it puts that off by a
 * lease, so that it comes back if they die, and raises `claim`, so that only the last one to take it says what comes next.
 */
import type { Row, Statement } from '@rocket/platform';
import { DELIVERY_EVENTS, type DeliveryEvent, type DeliveryStatus, firstDeliveryId } from '@rocket/schema';
import { z } from 'zod';
import {
  WEBHOOK_ATTEMPTS_TABLE as ATTEMPTS_TABLE,
  WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE as ENDPOINTS_TABLE,
} from '../tables/webhook-tables.ts';

/** For so long nobody else takes what somebody has taken. It is renewed while they work on it. */
export const LEASE_MS = 10_000;

/** What is to be sent. */
export interface Delivery {
  readonly id: string;
  readonly endpointId: string;
  /** Hash of its method, headers and policy. */
  readonly form: string;
  readonly event: DeliveryEvent;
  readonly entity: string | null;
  readonly recordKey: string | null;
  readonly body: string;
  /** How often it was taken to be sent, this time included: the number of the attempt. 0 before the first time. */
  readonly claim: number;
  /** Failures since it was last asked for. */
  readonly tries: number;
}

/** Where a delivery stands. */
export interface DeliveryState {
  readonly status: DeliveryStatus;
  readonly claim: number;
  readonly tries: number;
  /** In how many ms it is to be sent; null when it is not sent any more. */
  readonly dueInMs: number | null;
  /** Of the last answer; null when there was none. */
  readonly lastStatus: number | null;
  readonly error: string | null;
}

const inMs = (ms: string) => `clock_timestamp() + ${ms} * interval '1 millisecond'`;

/**
 * Stores deliveries that are not stored yet. One that is stored meanwhile, perhaps by somebody else, becomes delivered, if this
 * one is; if it was taken as often, it takes what this one has come to; else it stays as it is.
 */
export function insertDeliveries(given: readonly (Delivery & DeliveryState)[]): Statement {
  return {
    text: `INSERT INTO "${DELIVERIES_TABLE}" AS d
             (id, endpoint_id, form, event, entity, record_key, body, status, claim, tries, due_at, last_status, error, ended_at)
           SELECT g.id, g.endpoint_id, g.form, g.event, g.entity, g.record_key, g.body, g.status, g.claim, g.tries,
             ${inMs('g.due_in_ms')}, g.last_status, g.error, CASE WHEN g.due_in_ms IS NULL THEN clock_timestamp() END
           FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
             $9::int[], $10::int[], $11::float8[], $12::int[], $13::text[]) AS g
             (id, endpoint_id, form, event, entity, record_key, body, status, claim, tries, due_in_ms, last_status, error)
           ON CONFLICT (id) DO UPDATE
             SET status = excluded.status, tries = excluded.tries, due_at = excluded.due_at,
               last_status = excluded.last_status, error = excluded.error, ended_at = excluded.ended_at
             WHERE d.status <> 'delivered' AND (excluded.status = 'delivered'
               OR d.due_at IS NOT NULL AND d.claim = excluded.claim AND excluded.status <> 'pending')`,
    values: [
      given.map(({ id }) => id),
      given.map(({ endpointId }) => endpointId),
      given.map(({ form }) => form),
      given.map(({ event }) => event),
      given.map(({ entity }) => entity),
      given.map(({ recordKey }) => recordKey),
      given.map(({ body }) => body),
      ...stateColumns(given),
    ],
    prepare: true,
  };
}

/** Of those that were taken. What another one has taken or ended meanwhile stays as it is, unless this one has delivered it. */
export function updateDeliveries(given: readonly (Pick<Delivery, 'id'> & DeliveryState)[]): Statement {
  return {
    text: `UPDATE "${DELIVERIES_TABLE}" d
           SET status = g.status, tries = g.tries, due_at = ${inMs('g.due_in_ms')}, last_status = g.last_status,
             error = g.error, ended_at = CASE WHEN g.due_in_ms IS NULL THEN clock_timestamp() END
           FROM unnest($1::uuid[], $2::text[], $3::int[], $4::int[], $5::float8[], $6::int[], $7::text[]) AS g
             (id, status, claim, tries, due_in_ms, last_status, error)
           WHERE d.id = g.id
             AND (d.due_at IS NOT NULL AND d.claim = g.claim OR d.status <> 'delivered' AND g.status = 'delivered')`,
    values: [given.map(({ id }) => id), ...stateColumns(given)],
    prepare: true,
  };
}

function stateColumns(given: readonly DeliveryState[]): unknown[] {
  return [
    given.map(({ status }) => status),
    given.map(({ claim }) => claim),
    given.map(({ tries }) => tries),
    given.map(({ dueInMs }) => dueInMs),
    given.map(({ lastStatus }) => lastStatus),
    given.map(({ error }) => error),
  ];
}

/** Takes some of an endpoint's that are due, the oldest first. Rows as {@link takenDelivery} reads them. */
export function takeDue(endpointId: string, limit: number): Statement {
  return {
    text: `WITH due AS (
             SELECT id FROM "${DELIVERIES_TABLE}" WHERE endpoint_id = $1::uuid AND due_at <= now()
             ORDER BY due_at LIMIT $2::int FOR UPDATE SKIP LOCKED)
           UPDATE "${DELIVERIES_TABLE}" d SET claim = d.claim + 1, due_at = ${inMs(String(LEASE_MS))}
           FROM due WHERE d.id = due.id
           RETURNING d.id, d.endpoint_id, d.form, d.event, d.entity, d.record_key, d.body, d.claim, d.tries`,
    values: [endpointId, limit],
    prepare: true,
  };
}

const text = z.string();
const TakenRow = z.tuple([
  ...[text, text, text, z.enum(DELIVERY_EVENTS), text.nullable(), text.nullable(), text, z.int(), z.int()],
] as const);

export function takenDelivery(row: Row): Delivery {
  const [id, endpointId, form, event, entity, recordKey, body, claim, tries] = TakenRow.parse(row);
  return { id, endpointId, form, event, entity, recordKey, body, claim, tries };
}

/**
 * Puts off what was taken, by a lease, or gives it back with 0 ms. What is due later than a lease ends is leased no more: it
 * is to be sent once more then.
 */
export function leaseFor(taken: readonly Pick<Delivery, 'id' | 'claim'>[], ms: number): Statement {
  return {
    text: `UPDATE "${DELIVERIES_TABLE}" d SET due_at = ${inMs('$3::float8')}
           FROM unnest($1::uuid[], $2::int[]) AS g (id, claim)
           WHERE d.id = g.id AND d.claim = g.claim AND d.due_at <= ${inMs(String(LEASE_MS))}`,
    values: [taken.map(({ id }) => id), taken.map(({ claim }) => claim), ms],
    prepare: true,
  };
}

/** For each endpoint that has any: its id, and in how many ms the first is due, as {@link toWaiting} reads it. */
export function selectWaiting(endpointId: string | null): Statement {
  return {
    text: `SELECT e.id, extract(epoch FROM w.due_at - clock_timestamp()) * 1000
           FROM "${ENDPOINTS_TABLE}" e CROSS JOIN LATERAL (
             SELECT d.due_at FROM "${DELIVERIES_TABLE}" d WHERE d.endpoint_id = e.id AND d.due_at IS NOT NULL
             ORDER BY d.due_at LIMIT 1) w
           WHERE $1::uuid IS NULL OR e.id = $1::uuid`,
    values: [endpointId],
    prepare: true,
  };
}

const WaitingRow = z.tuple([z.string(), z.coerce.number()]);

export function toWaiting(row: Row): { readonly id: string; readonly inMs: number } {
  const [id, inMs] = WaitingRow.parse(row);
  return { id, inMs };
}

/** A row with the greatest id there is; none when there is no delivery. */
export function selectNewestDelivery(): Statement {
  return { text: `SELECT id FROM "${DELIVERIES_TABLE}" ORDER BY id DESC LIMIT 1`, values: [] };
}

/** Rows: the ids of those that are stored, and in how many ms each is due; null when it is not sent any more. */
export function selectStoredDeliveries(ids: readonly string[]): Statement {
  return {
    text: `SELECT id, extract(epoch FROM due_at - clock_timestamp()) * 1000 FROM "${DELIVERIES_TABLE}"
           WHERE id = ANY ($1::uuid[])`,
    values: [ids],
    prepare: true,
  };
}

const StoredRow = z.tuple([z.string(), z.string().transform(Number).nullable()]);

export function storedDelivery(row: Row): { readonly id: string; readonly dueInMs: number | null } {
  const [id, dueInMs] = StoredRow.parse(row);
  return { id, dueInMs };
}

/** Deletes some that ended before a time, with their attempts, and returns a row for each. */
export function deleteOldDeliveries(before: Date, limit: number): Statement {
  return {
    text: `WITH old AS (
             SELECT id FROM "${DELIVERIES_TABLE}"
             WHERE id < $1::uuid AND due_at IS NULL AND coalesce(ended_at, created_at) < $3::timestamptz
             ORDER BY id LIMIT $2::int FOR UPDATE SKIP LOCKED),
           gone AS (DELETE FROM "${DELIVERIES_TABLE}" d USING old WHERE d.id = old.id),
           logged AS (DELETE FROM "${ATTEMPTS_TABLE}" a USING old WHERE a.delivery_id = old.id)
           SELECT id FROM old`,
    values: [firstDeliveryId(before), limit, before.toISOString()],
  };
}
