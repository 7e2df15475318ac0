/** Statements that read what was delivered, and what was not. */
import type { Row, Statement } from '@rocket/platform';
import {
  DELIVERY_EVENTS,
  DELIVERY_STATUSES,
  type DeliveryAttempt,
  type DeliveryDetail,
  type DeliveryFilter,
  type DeliveryRecord,
  readRequestForm,
} from '@rocket/schema';
import { z } from 'zod';
import {
  WEBHOOK_ATTEMPTS_TABLE as ATTEMPTS_TABLE,
  WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE as ENDPOINTS_TABLE,
  WEBHOOK_FORMS_TABLE as FORMS_TABLE,
} from '../tables/webhook-tables.ts';
import { filterValues, givenId, MATCHES_FILTER } from './delivery-filter.ts';

const COLUMNS = `d.id, d.endpoint_id, e.url, d.event, d.entity, d.record_key, d.status,
  (SELECT count(*)::int FROM "${ATTEMPTS_TABLE}" a WHERE a.delivery_id = d.id), f.form,
  d.last_status, d.error, d.created_at, d.due_at, d.ended_at`;
const JOINS = `JOIN "${ENDPOINTS_TABLE}" e ON e.id = d.endpoint_id JOIN "${FORMS_TABLE}" f ON f.hash = d.form`;

/**
 * Rows as {@link toDelivery} reads them, the newest first. @param page.after the last id of the page before
 * @throws RocketError `BAD_USER_INPUT` for an id or a time that is none
 */
export function selectDeliveries(
  filter: DeliveryFilter,
  page: { readonly after: string | null; readonly limit: number },
): Statement {
  const after = page.after === null ? null : givenId('after', page.after);
  return {
    text: `SELECT ${COLUMNS} FROM (
             SELECT * FROM "${DELIVERIES_TABLE}" d
             WHERE ${MATCHES_FILTER} AND ($8::uuid IS NULL OR d.id < $8::uuid)
             ORDER BY d.id DESC LIMIT $9::int) d ${JOINS}
           ORDER BY d.id DESC`,
    values: [...filterValues(filter), after, page.limit],
  };
}

/** A row as {@link toDetail} reads it. */
export function selectDelivery(id: string): Statement {
  return {
    text: `SELECT ${COLUMNS}, d.body FROM "${DELIVERIES_TABLE}" d ${JOINS} WHERE d.id = $1::uuid`,
    values: [id],
  };
}

/** Rows as {@link toDetail} reads them. */
export function selectAttempts(delivery: string): Statement {
  return {
    text: `SELECT number, at, duration_ms, status, error, response FROM "${ATTEMPTS_TABLE}"
           WHERE delivery_id = $1::uuid ORDER BY number`,
    values: [delivery],
  };
}

const time = z.string();
const DELIVERY_COLUMNS = [
  z.string(),
  z.string(),
  z.string(),
  z.enum(DELIVERY_EVENTS),
  z.string().nullable(),
  z.string().nullable(),
  z.enum(DELIVERY_STATUSES),
  z.number(),
  z.unknown(),
  z.number().nullable(),
  z.string().nullable(),
  time,
  time.nullable(),
  time.nullable(),
] as const;
const DeliveryRow = z.tuple(DELIVERY_COLUMNS);
const DetailRow = z.tuple([...DELIVERY_COLUMNS, z.string()]);
const AttemptRow = z.tuple([
  z.number(),
  time,
  z.number(),
  z.number().nullable(),
  z.string().nullable(),
  z.string(),
]);

export function toDelivery(row: Row): DeliveryRecord {
  return readDelivery(DeliveryRow.parse(row)).record;
}

/** @param log of the delivery */
export function toDetail(row: Row, log: readonly Row[]): DeliveryDetail {
  const columns = DetailRow.parse(row);
  const body = columns[14];
  const { record, method } = readDelivery(columns);
  return { ...record, method, body, log: log.map(toAttempt) };
}

function readDelivery(columns: readonly [...z.infer<typeof DeliveryRow>, ...rest: unknown[]]) {
  const [id, endpoint, url, event, entity, recordKey, status, attempts, stored, ...ended] = columns;
  const [lastStatus, error, createdAt, dueAt, endedAt] = ended;
  const { method, retry } = readRequestForm(stored);
  const record: DeliveryRecord = {
    ...{ id, endpoint, url, event, entity, recordKey, status, attempts },
    maxAttempts: retry.maxAttempts,
    ...{ lastStatus, error, createdAt, dueAt, endedAt },
  };
  return { record, method };
}

function toAttempt(row: Row): DeliveryAttempt {
  const [number, at, durationMs, status, error, response] = AttemptRow.parse(row);
  return { number, at, durationMs, status, error, response };
}
