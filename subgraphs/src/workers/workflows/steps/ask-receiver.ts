/** The action `webhook`: a request whose answer the step waits for. */
import { ACTION_RETRY, type ActionModel, deliveryId } from '@rocket/schema';
import { endpointAt } from '../../../webhooks/endpoint-at.ts';
import { requestOutcome } from '../../../webhooks/request-outcome.ts';
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
  const outcome = await requestOutcome(() => app.webhooks.call(asked, message, app.webhooks.timeoutMs));
  const { attempt, reason, mayPass, cause } = outcome;
  const { method, headers } = asked;
  instance.asked.push({
    ...{ id, url: asked.url, form: { method, headers, retry: ACTION_RETRY }, body, reason },
    ...{ entity: textOf(record, 'entity'), recordKey: textOf(record, 'record_id') },
    attempt,
  });
  if (reason === null) return;
  throw new ReceiverFailure(`webhook: ${reason}`, { mayPass, cause });
}
