import type { Statement } from '@rocket/platform';
import type { RequestForm } from '@rocket/schema';
import { WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE } from '../tables/webhook-tables.ts';
import type { Attempt } from './attempt-sql.ts';
import { storedForm } from './request-form.ts';

interface EndedTest {
  readonly endpoint: string;
  readonly form: RequestForm;
  readonly payload: string;
  /** The only one. */
  readonly attempt: Attempt;
  /** Why it was not accepted; null when it was. */
  readonly reason: string | null;
}

/** Stores a test that was sent, with the times of its attempt. */
export function insertTest({ endpoint, form, payload, attempt, reason }: EndedTest): Statement {
  const { deliveryId, number, at, durationMs, status } = attempt;
  const [ended, tries] = reason === null ? ['delivered', 0] : ['failed', 1];
  return {
    text: `INSERT INTO "${DELIVERIES_TABLE}"
             (id, endpoint_id, form, event, body, status, claim, tries, last_status, error, created_at, ended_at)
           VALUES ($1::uuid, $2::uuid, $3, 'test', $4, $5, $6::int, $7::int, $8::int, $9, $10::timestamptz,
             $10::timestamptz + make_interval(secs => $11::int / 1000.0))`,
    values: [
      ...[deliveryId, endpoint, storedForm(form).hash, payload, ended, number, tries, status, reason],
      ...[at.toISOString(), Math.round(durationMs)],
    ],
  };
}
