/** Requests of workflows in the log of deliveries. They are repeated with their step, so no worker takes them from there. */
import type { Queryable, Row, Statement } from '@rocket/platform';
import type { RequestForm } from '@rocket/schema';
import { z } from 'zod';
import { WEBHOOK_DELIVERIES_TABLE as DELIVERIES_TABLE } from '../tables/webhook-tables.ts';
import { type Attempt, insertAttempts } from './attempt-sql.ts';
import type { DeliveryState } from './delivery-sql.ts';
import { endpointAt } from './endpoint-at.ts';
import { insertForms, storedForm } from './request-form.ts';

/** A request that was made, and what came of it. */
export interface AskedDelivery {
  readonly id: string;
  readonly url: string;
  readonly form: RequestForm;
  /** Of the record that the instance is about; null for none. */
  readonly entity: string | null;
  readonly recordKey: string | null;
  readonly body: string;
  readonly attempt: Omit<Attempt, 'deliveryId' | 'number'>;
  /** Why it was not accepted; null when it was. */
  readonly reason: string | null;
}

/**
 * Requests of one step, in their order.
 * @param refused status of one that was not accepted, by what becomes of its step
 */
export async function logAsked(
  tx: Queryable,
  asked: readonly AskedDelivery[],
  refused: 'retrying' | 'failed',
): Promise<void> {
  if (asked.length === 0) return;
  await tx.query(insertForms(asked.map(({ form }) => form)));
  for (const each of asked) {
    // One that was made with the request is gone with its transaction, where that was rolled back.
    const { id: endpointId } = await endpointAt(tx, each.url);
    const status = each.reason === null ? 'delivered' : refused;
    const [row] = await tx.query(upsertAsked(each, { endpointId, status }));
    await tx.query(insertAttempts([{ ...each.attempt, deliveryId: each.id, number: claimOf(row) }]));
  }
}

/** One row: how often it was made. */
function upsertAsked(
  asked: AskedDelivery,
  { endpointId, status }: { readonly endpointId: string } & Pick<DeliveryState, 'status'>,
): Statement {
  const { id, form, entity, recordKey, body, attempt, reason } = asked;
  return {
    text: `INSERT INTO "${DELIVERIES_TABLE}" AS d
             (id, endpoint_id, form, event, entity, record_key, body, status, claim, tries, last_status, error, ended_at)
           VALUES ($1::uuid, $2::uuid, $3, 'workflow', $4, $5, $6, $7, 1, $8::int, $9::int, $10,
             CASE WHEN $7 <> 'retrying' THEN clock_timestamp() END)
           ON CONFLICT (id) DO UPDATE
             SET status = excluded.status, due_at = NULL, claim = d.claim + 1, tries = d.tries + excluded.tries,
               last_status = excluded.last_status, error = excluded.error, ended_at = excluded.ended_at
           RETURNING claim`,
    values: [
      ...[id, endpointId, storedForm(form).hash, entity, recordKey, body],
      ...[status, reason === null ? 0 : 1, attempt.status, reason],
    ],
  };
}

function claimOf(row: Row | undefined): number {
  return z.tuple([z.int()]).parse(row)[0];
}
