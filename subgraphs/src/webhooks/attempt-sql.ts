/** Statements on the log of attempts, and on the forms of requests that deliveries were made with. */
import type { Row, Statement } from '@rocket/platform';
import { type RequestForm, readRequestForm } from '@rocket/schema';
import { z } from 'zod';
import {
  WEBHOOK_ATTEMPTS_TABLE as ATTEMPTS_TABLE,
  WEBHOOK_FORMS_TABLE as FORMS_TABLE,
} from '../tables/webhook-tables.ts';

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
  /** As {@link storedResponse} cuts it. */
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

export function insertForms(forms: ReadonlyMap<string, RequestForm>): Statement {
  return {
    text: `INSERT INTO "${FORMS_TABLE}" (hash, form) SELECT * FROM unnest($1::text[], $2::jsonb[])
           ON CONFLICT (hash) DO NOTHING`,
    values: [[...forms.keys()], [...forms.values()].map((form) => JSON.stringify(form))],
  };
}

/** Rows as {@link storedForm} reads them. */
export function selectForms(hashes: readonly string[]): Statement {
  return { text: `SELECT hash, form FROM "${FORMS_TABLE}" WHERE hash = ANY ($1::text[])`, values: [hashes] };
}

export function storedForm(row: Row): readonly [string, RequestForm] {
  const [hash, form] = z.tuple([z.string(), z.unknown()]).parse(row);
  return [hash, readRequestForm(form)];
}
