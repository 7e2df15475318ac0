/** Statements on endpoints: the addresses that webhooks of an app are sent to, with their secrets. */
import { randomBytes } from 'node:crypto';
import type { Row, Statement } from '@rocket/platform';
import { DISABLED_REASONS, type DisabledReason, firstDeliveryId, webhookSecret } from '@rocket/schema';
import { z } from 'zod';
import {
  WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE as ENDPOINTS_TABLE,
} from '../tables/webhook-tables.ts';

const SECRET_BYTES = 32;

/** What those who send need of an endpoint. */
export interface Endpoint {
  readonly id: string;
  readonly url: string;
  /** That requests are signed with: the present one first. */
  readonly secrets: readonly [string, ...string[]];
  /** Null for one that is used. */
  readonly disabled: DisabledReason | null;
  /** Null for one that has accepted the last delivery. */
  readonly failingSince: Date | null;
}

/**
 * Makes those that there are not yet, in one order, so that two that make the same ones do not wait for each other. What there
 * is stays as it is.
 */
export function ensureEndpoints(given: readonly string[]): Statement {
  const urls = [...new Set(given)].sort();
  return {
    text: `INSERT INTO "${ENDPOINTS_TABLE}" (url, secret) SELECT * FROM unnest($1::text[], $2::text[])
           ON CONFLICT (url) DO NOTHING`,
    values: [urls, urls.map(newSecret)],
  };
}

export function newSecret(): string {
  return webhookSecret(randomBytes(SECRET_BYTES));
}

const COLUMNS = `id, url, secret, CASE WHEN former_until > clock_timestamp() THEN former_secret END,
  disabled_reason, failing_since`;

/** Rows as {@link toEndpoint} reads them. */
export function selectEndpoints(urls: readonly string[]): Statement {
  return {
    text: `SELECT ${COLUMNS} FROM "${ENDPOINTS_TABLE}" WHERE url = ANY ($1::text[])`,
    values: [urls],
    prepare: true,
  };
}

/** The same of the endpoint of this id. */
export function selectEndpoint(id: string): Statement {
  return { text: `SELECT ${COLUMNS} FROM "${ENDPOINTS_TABLE}" WHERE id = $1::uuid`, values: [id] };
}

/** The same of all endpoints of the app. */
export function selectAllEndpoints(): Statement {
  return { text: `SELECT ${COLUMNS} FROM "${ENDPOINTS_TABLE}" ORDER BY url`, values: [], prepare: true };
}

const EndpointRow = z.tuple([
  z.string(),
  z.string(),
  z.string(),
  z.string().nullable(),
  z.enum(DISABLED_REASONS).nullable(),
  z.string().nullable(),
]);

export function toEndpoint(row: Row): Endpoint {
  const [id, url, secret, former, disabled, failing] = EndpointRow.parse(row);
  const failingSince = failing === null ? null : new Date(failing);
  return { id, url, secrets: former === null ? [secret] : [secret, former], disabled, failingSince };
}

/**
 * A row when there is the endpoint, which nobody changes or asks for deliveries of until the transaction ends: a later
 * statement of it sees all that were asked for.
 */
export function lockEndpoint(id: string): Statement {
  return { text: `SELECT 1 FROM "${ENDPOINTS_TABLE}" WHERE id = $1::uuid FOR NO KEY UPDATE`, values: [id] };
}

/**
 * In a transaction that has locked it. A row when it was not disabled before. What waits for it has failed then, and what is
 * made for it later fails at once: it is kept, and can be asked for again.
 */
export function disableEndpoint(id: string, reason: DisabledReason): Statement {
  return {
    text: `WITH disabled AS (
             UPDATE "${ENDPOINTS_TABLE}" SET disabled_at = clock_timestamp(), disabled_reason = $2
             WHERE id = $1::uuid AND disabled_at IS NULL RETURNING id),
           failed AS (
             UPDATE "${DELIVERIES_TABLE}" d
             SET status = 'failed', due_at = NULL, ended_at = clock_timestamp(), error = '${DISABLED_ERROR}'
             FROM disabled WHERE d.endpoint_id = disabled.id AND d.due_at IS NOT NULL)
           SELECT 1 FROM disabled`,
    values: [id, reason],
  };
}

/** What is said of a delivery that was not sent because its endpoint is disabled. */
export const DISABLED_ERROR = 'the endpoint is disabled';

/** What was last seen of an endpoint: that it accepts deliveries, or since when it does not. */
export function noteHealth(id: string, health: 'well' | 'failing'): Statement {
  const [value, state] = health === 'well' ? ['NULL', 'IS NOT NULL'] : ['clock_timestamp()', 'IS NULL'];
  return {
    text: `UPDATE "${ENDPOINTS_TABLE}" SET failing_since = ${value} WHERE id = $1::uuid AND failing_since ${state}`,
    values: [id],
    prepare: true,
  };
}

/** An endpoint to which less was sent meanwhile may have failed by chance. */
const MIN_FAILING = 5;
/** A delivery is mostly tried for not so long. */
const RETRYING_MS = 2 * 86_400_000;

/**
 * A row when the endpoint has accepted nothing for so many hours, of several deliveries. What others have noted of it may be
 * late.
 */
export function selectFailing(
  id: string,
  { failingSince, hours }: { readonly failingSince: Date; readonly hours: number },
): Statement {
  // What was sent since then is of events that are hardly older.
  const first = firstDeliveryId(new Date(failingSince.getTime() - RETRYING_MS));
  const since = `FROM "${DELIVERIES_TABLE}" d
               WHERE d.endpoint_id = e.id AND d.id >= $3::uuid AND d.claim > 0 AND d.status`;
  return {
    text: `SELECT 1 FROM "${ENDPOINTS_TABLE}" e
           WHERE e.id = $1::uuid AND e.failing_since < clock_timestamp() - $2::int * interval '1 hour'
             AND NOT EXISTS (SELECT ${since} = 'delivered' AND d.ended_at > e.failing_since)
             AND (SELECT count(*) FROM (SELECT ${since} IN ('failed', 'retrying') LIMIT ${MIN_FAILING}) few)
               = ${MIN_FAILING}`,
    values: [id, hours, first],
  };
}
