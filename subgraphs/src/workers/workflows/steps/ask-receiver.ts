/** The action `webhook`: a request whose answer the step waits for. */
import { type OutgoingAnswer, OutgoingError } from '@rocket/platform';
import { ACTION_RETRY, type ActionModel, deliveryId } from '@rocket/schema';
import { endpointAt } from '../../../webhooks/endpoint-at.ts';
import { answerReason, outgoingReason } from '../../../webhooks/outgoing-reason.ts';
import { isAccepted, mayAcceptLater } from '../../../webhooks/receiver-status.ts';
import { storedResponse } from '../../../webhooks/stored-response.ts';
import { type OpenInstance, textOf } from '../instance/open-instance.ts';
import { ReceiverFailure } from './step-failure.ts';

type Asked = Omit<Extract<ActionModel, { kind: 'webhook' }>, 'body'> & {
  /** As JSON. */
  readonly body: unknown;
  /** Of the action among all that the instance carries out. */
  readonly place: string;
};

/**
 * Sent again with the same `webhook-id` whenever the step is repeated, also when it was not known how it had ended. The log
 * of deliveries has it with the step.
 * @throws ReceiverFailure unless the receiver answers with a status of 2xx
 */
export async function askReceiver(instance: OpenInstance, asked: Asked): Promise<void> {
  const { app, record, write } = instance;
  const endpoint = await endpointAt(write.tx, asked.url);
  const body = JSON.stringify(asked.body);
  const id = deliveryId(
    textOf(record, 'started_at') ?? '',
    `${app.app}:workflow:${record.key}.${asked.place}`,
  );
  const message = { id, payload: body, secrets: endpoint.secrets };
  const startedAtMs = performance.now();
  const at = new Date();
  const answered = await answerOf(app.webhooks.call(asked, message, app.webhooks.timeoutMs));
  const { status, response, reason } = answered;
  const durationMs = performance.now() - startedAtMs;
  const error = status === null ? reason : null;
  const { method, headers } = asked;
  instance.asked.push({
    ...{ id, url: asked.url, form: { method, headers, retry: ACTION_RETRY }, body, reason },
    ...{ entity: textOf(record, 'entity'), recordKey: textOf(record, 'record_id') },
    attempt: { at, durationMs, status, error, response },
  });
  if (reason === null) return;
  const { mayPass, cause } = answered;
  throw new ReceiverFailure(`webhook: ${reason}`, { mayPass, cause });
}

interface Answered {
  readonly status: number | null;
  readonly response: string;
  /** Null when it was accepted. */
  readonly reason: string | null;
  /** It may be accepted later. */
  readonly mayPass: boolean;
  readonly cause: unknown;
}

async function answerOf(asking: Promise<OutgoingAnswer>): Promise<Answered> {
  try {
    const { status, body } = await asking;
    const reason = isAccepted(status) ? null : answerReason(status);
    return {
      status,
      response: storedResponse(body),
      reason,
      mayPass: mayAcceptLater(status),
      cause: undefined,
    };
  } catch (cause) {
    if (!(cause instanceof OutgoingError)) throw cause;
    const mayPass = cause.failure !== 'forbidden';
    return { status: null, response: '', reason: outgoingReason(cause), mayPass, cause };
  }
}
