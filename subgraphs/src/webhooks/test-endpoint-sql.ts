import type { Statement } from '@rocket/platform';
import type { RequestForm } from '@rocket/schema';
import {
  WEBHOOK_ATTEMPTS_TABLE as ATTEMPTS_TABLE,
  WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE,
  WEBHOOK_FORMS_TABLE as FORMS_TABLE,
} from '../tables/webhook-tables.ts';
import { storedForm } from './request-form.ts';
import { storedResponse } from './stored-response.ts';

/** What came of a request. */
export interface TestAnswer {
  readonly isAccepted: boolean;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Why it was not accepted; null when it was. */
  readonly reason: string | null;
  readonly body: string;
  readonly durationMs: number;
}

interface EndedTest {
  readonly id: string;
  readonly endpoint: string;
  readonly form: RequestForm;
  readonly payload: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly answer: TestAnswer;
}

/** Stores a test that was sent, with its one attempt. All its times are by the clock of this process. */
export function insertTest({ id, endpoint, form, payload, startedAt, answer }: EndedTest): Statement {
  const { hash, json } = storedForm(form);
  const { isAccepted, status, reason, body, durationMs } = answer;
  const [ended, tries] = isAccepted ? ['delivered', 0] : ['failed', 1];
  return {
    text: `WITH form AS (
             INSERT INTO "${FORMS_TABLE}" (hash, form) VALUES ($3, $4::jsonb) ON CONFLICT (hash) DO NOTHING),
           delivery AS (
             INSERT INTO "${DELIVERIES_TABLE}"
               (id, endpoint_id, form, event, body, status, claim, tries, last_status, error, created_at, ended_at)
             VALUES ($1::uuid, $2::uuid, $3, 'test', $5, $6, 1, $7::int, $8::int, $9::text, $10::timestamptz,
               $10::timestamptz + make_interval(secs => $11::int / 1000.0)))
           INSERT INTO "${ATTEMPTS_TABLE}" (delivery_id, number, at, duration_ms, status, error, response)
           VALUES ($1::uuid, 1, $10::timestamptz, $11::int, $8::int, CASE WHEN $8::int IS NULL THEN $9::text END, $12)`,
    values: [
      ...[id, endpoint, hash, json, payload, ended, tries, status, reason],
      ...[startedAt, durationMs, storedResponse(body)],
    ],
  };
}
