/** One attempt to deliver: the request, and what its answer means for the delivery and for the endpoint. */
import { type OutgoingAnswer, OutgoingError } from '@rocket/platform';
import { type RequestForm, retryDelayMs } from '@rocket/schema';
import type { Attempt } from '../../../webhooks/attempt-sql.ts';
import type { Delivery, DeliveryState } from '../../../webhooks/delivery-sql.ts';
import type { Endpoint } from '../../../webhooks/endpoint-sql.ts';
import { answerReason, outgoingReason } from '../../../webhooks/outgoing-reason.ts';
import { isAccepted, mayAcceptLater } from '../../../webhooks/receiver-status.ts';
import { retryAfterMs } from '../../../webhooks/retry-after.ts';
import { storedResponse } from '../../../webhooks/stored-response.ts';
import type { Calls } from '../../../webhooks/webhook-caller.ts';

/** With this status a receiver says that it is gone for good. */
const GONE = 410;

export interface Attempted {
  readonly attempt: Attempt;
  readonly state: DeliveryState;
  /**
   * - `worked`: the receiver has answered; perhaps not with a success.
   * - `broken`: there was no answer, or one that says that it cannot tell now.
   * - `gone`: it wants nothing any more.
   * - `unasked`: the operator does not allow the request, which says nothing of the receiver.
   */
  readonly receiver: 'worked' | 'broken' | 'gone' | 'unasked';
  /** For how long it wants to be left alone. */
  readonly askedMs: number;
}

export interface AttemptOptions {
  readonly calls: Calls;
  readonly endpoint: Endpoint;
  readonly form: RequestForm;
  readonly timeoutMs: number;
}

type Answered = { readonly answer: OutgoingAnswer } | { readonly error: OutgoingError };

/** @throws what is no failure of the request */
export async function attemptDelivery(delivery: Delivery, options: AttemptOptions): Promise<Attempted> {
  const { calls, endpoint, form, timeoutMs } = options;
  const at = new Date();
  const startedAtMs = performance.now();
  const message = { id: delivery.id, payload: delivery.body, secrets: endpoint.secrets };
  const answered = await answerOf(calls.call({ url: endpoint.url, ...form }, message, timeoutMs));
  const made = {
    deliveryId: delivery.id,
    number: delivery.claim,
    at,
    durationMs: performance.now() - startedAtMs,
  };
  if ('error' in answered) {
    const error = outgoingReason(answered.error);
    const attempt: Attempt = { ...made, status: null, error, response: '' };
    return {
      attempt,
      state: failure(delivery, form, { error, status: null, askedMs: 0 }),
      receiver: answered.error.failure === 'forbidden' ? 'unasked' : 'broken',
      askedMs: 0,
    };
  }
  const { status, body, retryAfter } = answered.answer;
  const attempt: Attempt = { ...made, status, error: null, response: storedResponse(body) };
  if (isAccepted(status)) {
    const { claim, tries } = delivery;
    const state = {
      status: 'delivered',
      claim,
      tries,
      dueInMs: null,
      lastStatus: status,
      error: null,
    } as const;
    return { attempt, state, receiver: 'worked', askedMs: 0 };
  }
  const askedMs = mayAcceptLater(status) ? retryAfterMs(retryAfter, new Date()) : 0;
  const state = failure(delivery, form, { error: answerReason(status), status, askedMs });
  if (status === GONE)
    return { attempt, state: { ...state, status: 'failed', dueInMs: null }, receiver: 'gone', askedMs };
  return { attempt, state, receiver: mayAcceptLater(status) ? 'broken' : 'worked', askedMs };
}

async function answerOf(asked: Promise<OutgoingAnswer>): Promise<Answered> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (error instanceof OutgoingError) return { error };
    throw error;
  }
}

function failure(
  delivery: Delivery,
  { retry }: RequestForm,
  of: { readonly error: string; readonly status: number | null; readonly askedMs: number },
): DeliveryState {
  const tries = delivery.tries + 1;
  const dueInMs = retryDelayMs(retry, tries, { random: Math.random(), askedMs: of.askedMs });
  return {
    status: dueInMs === null ? 'failed' : 'retrying',
    claim: delivery.claim,
    tries,
    dueInMs,
    lastStatus: of.status,
    error: of.error,
  };
}
