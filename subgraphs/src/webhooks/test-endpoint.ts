/** A test of an endpoint: one request that is sent at once, and kept like any other delivery. */
import { randomUUID } from 'node:crypto';
import type { Database } from '@rocket/platform';
import {
  type DocumentedUse,
  deliveryId,
  idempotencyKey,
  type Placed,
  type RequestForm,
  type RetryPolicy,
} from '@rocket/schema';
import { insertAttempts } from './attempt-sql.ts';
import type { Endpoint } from './endpoint-sql.ts';
import { insertForms } from './request-form.ts';
import { requestOutcome } from './request-outcome.ts';
import { insertTest } from './test-endpoint-sql.ts';
import type { Calls } from './webhook-caller.ts';

/** Somebody waits for it. */
const TEST_TIMEOUT_MS = 10_000;
const ONCE: RetryPolicy = { maxAttempts: 1, backoff: 'exponential' };

export interface EndpointTest {
  readonly at: Placed;
  readonly database: Database;
  readonly calls: Pick<Calls, 'call'>;
  readonly endpoint: Endpoint;
  /** How the document sends something there: receivers may know by the headers whom it is from. Undefined when it does not. */
  readonly use: DocumentedUse | undefined;
}

/** Also when the endpoint is disabled. @returns the id of the delivery */
export async function testEndpoint(test: EndpointTest): Promise<string> {
  const { at, database, calls, endpoint, use } = test;
  const { method, headers } = use ?? { method: 'POST', headers: [] };
  const form: RequestForm = { method, headers, retry: ONCE };
  const startedAt = new Date();
  const cause = `${at.app}:${at.epoch}:test:${randomUUID()}`;
  const id = deliveryId(startedAt.toISOString(), cause);
  const payload = testPayload(startedAt.toISOString(), cause);
  const message = { id, payload, secrets: endpoint.secrets };
  const outcome = await requestOutcome(() =>
    calls.call({ url: endpoint.url, ...form }, message, TEST_TIMEOUT_MS),
  );
  // All its times are by the clock of this process.
  const attempt = { ...outcome.attempt, at: startedAt, deliveryId: id, number: 1 };
  await database.transaction(async (tx) => {
    await tx.query(insertForms([form]));
    await tx.query(insertTest({ endpoint: endpoint.id, form, payload, attempt, reason: outcome.reason }));
    await tx.query(insertAttempts([attempt]));
  });
  return id;
}

/** Like that of a hook, about nothing. */
function testPayload(timestamp: string, cause: string): string {
  return JSON.stringify({
    ...{ event: 'test', entity: null, action: 'test', record: {} },
    user: { id: null, roles: [] },
    timestamp,
    idempotency_key: idempotencyKey(cause),
  });
}
