/** A test of an endpoint: one request that is sent at once, and kept like any other delivery. */
import { randomUUID } from 'node:crypto';
import { type Database, OutgoingError } from '@rocket/platform';
import {
  type DocumentedUse,
  deliveryId,
  idempotencyKey,
  type Placed,
  type RequestForm,
  type RetryPolicy,
} from '@rocket/schema';
import type { Endpoint } from './endpoint-sql.ts';
import { answerReason, outgoingReason } from './outgoing-reason.ts';
import { isAccepted } from './receiver-status.ts';
import { insertTest, type TestAnswer } from './test-endpoint-sql.ts';
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
  const startedAt = new Date().toISOString();
  const cause = `${at.app}:${at.epoch}:test:${randomUUID()}`;
  const id = deliveryId(startedAt, cause);
  const payload = testPayload(startedAt, cause);
  const message = { id, payload, secrets: endpoint.secrets };
  const answer = await answered(() => calls.call({ url: endpoint.url, ...form }, message, TEST_TIMEOUT_MS));
  await database.query(insertTest({ id, endpoint: endpoint.id, form, payload, startedAt, answer }));
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

async function answered(ask: () => ReturnType<Calls['call']>): Promise<TestAnswer> {
  const startedAtMs = performance.now();
  const durationMs = () => Math.round(performance.now() - startedAtMs);
  try {
    const { status, body } = await ask();
    const accepted = isAccepted(status);
    const reason = accepted ? null : answerReason(status);
    return { isAccepted: accepted, status, reason, body, durationMs: durationMs() };
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const reason = outgoingReason(error);
    return { isAccepted: false, status: null, reason, body: '', durationMs: durationMs() };
  }
}
