/** Statements that make deliveries due which have ended. */
import type { Row, Statement } from '@rocket/platform';
import { z } from 'zod';
import { WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE } from '../tables/webhook-tables.ts';
import { MATCHES_FILTER } from './delivery-filter.ts';

/** So that no statement holds too many rows. */
export const REDELIVERED_AT_ONCE = 5_000;

export interface AskAgain {
  /** Values of a filter. */
  readonly filter: readonly unknown[];
  /** Null for all that the filter matches. */
  readonly ids: readonly string[] | null;
  /** Those of other endpoints are left out. */
  readonly endpoints: readonly string[];
  /** The last one of the batch before. */
  readonly after: string | null;
  /** The last one that is meant. */
  readonly last: string | null;
}

/**
 * One row, as {@link toAskedAgain} reads it. What a step of a workflow repeats itself is left to it. They are due from now on,
 * by the database's clock.
 */
export function askAgain({ filter, ids, endpoints, after, last }: AskAgain): Statement {
  return {
    text: `WITH chosen AS (
             SELECT d.id FROM "${DELIVERIES_TABLE}" d
             WHERE d.due_at IS NULL AND d.status <> 'retrying' AND ${MATCHES_FILTER}
               AND ($8::uuid[] IS NULL OR d.id = ANY ($8::uuid[])) AND d.endpoint_id = ANY ($9::uuid[])
               AND ($10::uuid IS NULL OR d.id > $10::uuid) AND d.id <= $11::uuid
             ORDER BY d.id LIMIT ${REDELIVERED_AT_ONCE} FOR UPDATE),
           asked AS (
             UPDATE "${DELIVERIES_TABLE}" d
             SET status = 'pending', tries = 0, due_at = now(), ended_at = NULL, error = NULL
             FROM chosen WHERE d.id = chosen.id RETURNING d.id)
           SELECT count(*)::int, (array_agg(id ORDER BY id DESC))[1] FROM asked`,
    values: [...filter, ids, endpoints, after, last],
  };
}

export interface AskedAgain {
  readonly count: number;
  /** The greatest of their ids; null when there was none. */
  readonly last: string | null;
}

const AskedRow = z.tuple([z.number(), z.string().nullable()]);

export function toAskedAgain(row: Row | undefined): AskedAgain {
  const [count, last] = AskedRow.parse(row);
  return { count, last };
}

/** Rows of an id: the endpoints of deliveries. */
export function selectEndpointsOf(deliveries: readonly string[]): Statement {
  return {
    text: `SELECT DISTINCT endpoint_id FROM "${DELIVERIES_TABLE}" WHERE id = ANY ($1::uuid[])`,
    values: [deliveries],
  };
}

/** A row that is one id. */
export function toId(row: Row): string {
  return z.tuple([z.string()]).parse(row)[0];
}
