/** Statements on endpoints that administrators ask for. */
import type { Row, Statement } from '@rocket/platform';
import { DISABLED_REASONS, type DocumentedUse, type WebhookEndpoint } from '@rocket/schema';
import { z } from 'zod';
import {
  WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE,
  WEBHOOK_ENDPOINTS_TABLE as ENDPOINTS_TABLE,
} from '../tables/webhook-tables.ts';

/** Rows as {@link toWebhookEndpoint} reads them, by address. Each count is that of a partial index. */
export function selectEndpointList(): Statement {
  const count = (condition: string) =>
    `(SELECT count(*)::float8 FROM "${DELIVERIES_TABLE}" d WHERE d.endpoint_id = e.id AND ${condition})`;
  return {
    text: `SELECT id, url, created_at, disabled_reason, disabled_at, failing_since,
             CASE WHEN former_until > clock_timestamp() THEN former_until END,
             ${count('d.due_at IS NOT NULL')}, ${count("d.status = 'failed'")}
           FROM "${ENDPOINTS_TABLE}" e ORDER BY url`,
    values: [],
  };
}

const time = z.string();
const ListRow = z.tuple([
  z.string(),
  z.string(),
  time,
  z.enum(DISABLED_REASONS).nullable(),
  time.nullable(),
  time.nullable(),
  time.nullable(),
  z.number(),
  z.number(),
]);

/** @param uses all of the document */
export function toWebhookEndpoint(row: Row, uses: readonly DocumentedUse[]): WebhookEndpoint {
  const [id, url, createdAt, reason, at, failingSince, formerSecretUntil, waiting, failed] =
    ListRow.parse(row);
  return {
    ...{ id, url, createdAt, failingSince, formerSecretUntil, waiting, failed },
    disabled: reason === null || at === null ? null : { reason, at },
    uses: uses.filter((use) => use.url === url).map(({ event, of, method }) => ({ event, of, method })),
  };
}

/**
 * A row when there is the endpoint. The present secret becomes the former one, by the database's clock. Where it is given
 * the secret that it has, as when a call is repeated, what is former stays so.
 */
export function rotateSecret(id: string, given: { secret: string; overlapMs: number }): Statement {
  return {
    text: `UPDATE "${ENDPOINTS_TABLE}" SET secret = $2,
             former_secret = CASE WHEN $3::float8 = 0 THEN NULL WHEN secret = $2 THEN former_secret ELSE secret END,
             former_until = CASE WHEN $3::float8 = 0 THEN NULL WHEN secret = $2 THEN former_until
               ELSE clock_timestamp() + make_interval(secs => $3::float8 / 1000) END
           WHERE id = $1::uuid RETURNING 1`,
    values: [id, given.secret, given.overlapMs],
  };
}

/** A row when there is the endpoint. For how long it has failed is counted anew. */
export function enableEndpoint(id: string): Statement {
  return {
    text: `UPDATE "${ENDPOINTS_TABLE}" SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL
           WHERE id = $1::uuid RETURNING 1`,
    values: [id],
  };
}

/** Rows as {@link toSharedEndpoint} reads them, of all endpoints. None is disabled until the transaction ends. */
export function shareEndpoints(): Statement {
  return {
    text: `SELECT id, url, disabled_at IS NOT NULL FROM "${ENDPOINTS_TABLE}" ORDER BY id FOR SHARE`,
    values: [],
  };
}

const SharedRow = z.tuple([z.string(), z.string(), z.boolean()]);

export interface SharedEndpoint {
  readonly id: string;
  readonly url: string;
  readonly isDisabled: boolean;
}

export function toSharedEndpoint(row: Row): SharedEndpoint {
  const [id, url, isDisabled] = SharedRow.parse(row);
  return { id, url, isDisabled };
}
