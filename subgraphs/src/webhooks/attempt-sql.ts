/** Statements of those who send, on the log of attempts. */
import type { Statement } from '@rocket/platform';
import { WEBHOOK_ATTEMPTS_TABLE as ATTEMPTS_TABLE } from '../tables/webhook-tables.ts';

/** One request, and what came of it. */
export interface Attempt {
  readonly deliveryId: string;
  /** The claim of the delivery that it was made with. */
  readonly number: number;
  readonly at: Date;
  readonly durationMs: number;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Why there was no answer. */
  readonly error: string | null;
  /** The beginning of the body of the answer. */
  readonly response: string;
}

/** One that is known already stays as it is. */
export function insertAttempts(attempts: readonly Attempt[]): Statement {
  return {
    text: `INSERT INTO "${ATTEMPTS_TABLE}" (delivery_id, number, at, duration_ms, status, error, response)
           SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::int[], $5::int[], $6::text[], $7::text[])
           ON CONFLICT (delivery_id, number) DO NOTHING`,
    values: [
      attempts.map(({ deliveryId }) => deliveryId),
      attempts.map(({ number }) => number),
      attempts.map(({ at }) => at.toISOString()),
      attempts.map(({ durationMs }) => Math.round(durationMs)),
      attempts.map(({ status }) => status),
      attempts.map(({ error }) => error),
      attempts.map(({ response }) => response),
    ],
    prepare: true,
  };
}
