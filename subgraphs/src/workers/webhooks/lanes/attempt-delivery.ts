/** One attempt to deliver: the request, and what its answer means for the delivery and for the endpoint. */
import { type RequestForm, retryDelayMs } from '@rocket/schema';
import type { Attempt } from '../../../webhooks/attempt-sql.ts';
import type { Delivery, DeliveryState } from '../../../webhooks/delivery-sql.ts';
import type { Endpoint } from '../../../webhooks/endpoint-sql.ts';
import { type RequestOutcome, requestOutcome } from '../../../webhooks/request-outcome.ts';
import { retryAfterMs } from '../../../webhooks/retry-after.ts';
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

/** @throws what is no failure of the request */
export async function attemptDelivery(delivery: Delivery, options: AttemptOptions): Promise<Attempted> {
  const { calls, endpoint, form, timeoutMs } = options;
  const { id, claim, tries } = delivery;
  const message = { id, payload: delivery.body, secrets: endpoint.secrets };
  const outcome = await requestOutcome(() => calls.call({ url: endpoint.url, ...form }, message, timeoutMs));
  const { reason: error, mayPass, retryAfter } = outcome;
  const attempt: Attempt = { ...outcome.attempt, deliveryId: id, number: claim };
  const { status } = attempt;
  const receiver = receiverOf(outcome);
  if (error === null) {
    const ended = { status: 'delivered', dueInMs: null, lastStatus: status, error } as const;
    return { attempt, state: { ...ended, claim, tries }, receiver, askedMs: 0 };
  }
  const askedMs = mayPass ? retryAfterMs(retryAfter, new Date()) : 0;
  const state = failure(delivery, form, { error, status, askedMs });
  if (receiver !== 'gone') return { attempt, state, receiver, askedMs };
  return { attempt, state: { ...state, status: 'failed', dueInMs: null }, receiver, askedMs };
}

function receiverOf({ attempt, mayPass }: RequestOutcome): Attempted['receiver'] {
  if (mayPass) return 'broken';
  if (attempt.status === null) return 'unasked';
  return attempt.status === GONE ? 'gone' : 'worked';
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
