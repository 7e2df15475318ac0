/** The action `webhook`: a request whose answer the step waits for. */
import { OutgoingError } from '@rocket/platform';
import type { ActionModel } from '@rocket/schema';
import { endpointAt } from '../../../webhooks/endpoint-at.ts';
import { answerReason, outgoingReason } from '../../../webhooks/outgoing-reason.ts';
import { isAccepted, mayAcceptLater } from '../../../webhooks/receiver-status.ts';
import type { OpenInstance } from '../instance/open-instance.ts';
import { ReceiverFailure } from './step-failure.ts';

type Asked = Omit<Extract<ActionModel, { kind: 'webhook' }>, 'body'> & {
  /** As JSON. */
  readonly body: unknown;
  /** Of the action among all that the instance carries out. */
  readonly place: string;
};

/**
 * Sent again with the same `webhook-id` whenever the step is repeated, also when it was not known how it had ended.
 * @throws ReceiverFailure unless the receiver answers with a status of 2xx
 */
export async function askReceiver(instance: OpenInstance, asked: Asked): Promise<void> {
  const { app, record } = instance;
  const { secrets } = await endpointAt(instance.write.tx, asked.url);
  const message = { id: `wf_${record.key}.${asked.place}`, payload: JSON.stringify(asked.body), secrets };
  const { status } = await answered(() => app.webhooks.call(asked, message, app.webhooks.timeoutMs));
  if (isAccepted(status)) return;
  const mayPass = mayAcceptLater(status);
  throw new ReceiverFailure(`webhook: ${answerReason(status)}`, { mayPass });
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (!(cause instanceof OutgoingError)) throw cause;
    const mayPass = cause.failure !== 'forbidden';
    throw new ReceiverFailure(`webhook: ${outgoingReason(cause)}`, { mayPass, cause });
  }
}
