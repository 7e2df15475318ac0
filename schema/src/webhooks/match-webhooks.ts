/** What is to be sent of an event of an app. */
import type { AfterWebhook } from '../behaviour/webhook-model.ts';
import type { ChangeEvent } from '../events/change-event.ts';
import type { StreamRecord } from '../events/read-stream.ts';
import type { TransitionEffect } from '../events/transition-effect.ts';
import { changeTold, type WebhookCall, webhookPayload, webhookVariables } from '../events/webhook-payload.ts';
import { ExpressionError } from '../expressions/expression.ts';
import type { AppModel, EntityModel } from '../model/app-model.ts';
import { type DeliveryEvent, deliveryId, idempotencyKey } from './delivery.ts';
import { readRequest } from './read-request.ts';
import { ACTION_RETRY } from './retry-policy.ts';
import type { RequestForm } from './webhook-request.ts';

export interface WebhookDelivery {
  /** A UUID. */
  readonly id: string;
  readonly url: string;
  readonly form: RequestForm;
  readonly event: DeliveryEvent;
  /** Of the record that it is about; null where it is about none. */
  readonly entity: string | null;
  readonly recordKey: string | null;
  /** JSON. */
  readonly body: string;
  /** Why it cannot be told whether it is to be sent; null otherwise. */
  readonly fault: string | null;
}

type Documented = Pick<AppModel, 'entities'>;

/** Whether anything may be to be sent, by the app's document alone. */
export function concernsWebhooks({ entities }: Documented, record: StreamRecord): boolean {
  switch (record.kind) {
    case 'change':
      return webhooksOf(entities.get(record.event.entity), record.event).length > 0;
    case 'effect':
      return record.effect.effect === 'webhook';
    default:
      return false;
  }
}

/**
 * In the order of the document.
 * @param record with its records: one that came without them has to be completed first
 */
export function matchWebhooks({ entities }: Documented, record: StreamRecord): readonly WebhookDelivery[] {
  switch (record.kind) {
    case 'change': {
      const { event } = record;
      const webhooks = webhooksOf(entities.get(event.entity), event);
      return webhooks.length === 0 ? [] : ofChange(event, webhooks);
    }
    case 'effect':
      return record.effect.effect === 'webhook' ? ofEffect(record.effect) : [];
    default:
      return [];
  }
}

function webhooksOf(
  entity: EntityModel | undefined,
  { op }: Pick<ChangeEvent, 'op'>,
): readonly AfterWebhook[] {
  if (entity === undefined) return [];
  return op === 'delete' ? entity.webhooks.afterDelete : entity.webhooks.afterWrite;
}

function ofChange(event: ChangeEvent, webhooks: readonly AfterWebhook[]): WebhookDelivery[] {
  const { app, epoch, id, at, actor, entity, key } = event;
  const { email, roles } = event.caller ?? { email: null, roles: [] };
  const name = `${app}:${epoch}:${id}`;
  const call: WebhookCall = {
    event: event.op === 'delete' ? 'after_delete' : 'after_write',
    change: changeTold(event),
    caller: { userId: actor, email, roles },
    now: new Date(at),
    idempotencyKey: idempotencyKey(name),
  };
  let body: string | null = null;
  return webhooks.flatMap((webhook) => {
    const fault = judged(webhook, call);
    if (fault === 'not concerned') return [];
    body ??= webhookPayload(call);
    const { url, form, identity } = webhook;
    const about = { event: webhook.event, entity, recordKey: key };
    return [{ id: deliveryId(at, `${name}:${identity}`), url, form, ...about, body, ...fault }];
  });
}

function judged({ condition }: AfterWebhook, call: WebhookCall): { fault: string | null } | 'not concerned' {
  if (condition === null) return { fault: null };
  try {
    return condition.evaluate(webhookVariables(call)) ? { fault: null } : 'not concerned';
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { fault: `Its condition has no value: ${error.message}` };
  }
}

/** The record as it was stored: what Rocket sends, the values of the write, is a part of it. */
function ofEffect(effect: TransitionEffect): WebhookDelivery[] {
  const { app, epoch, id, at, entity, key, record, definition } = effect;
  const request = readRequest(Object(definition), () => undefined);
  if (request === null) return [];
  const { url, method, headers } = request;
  return [
    {
      id: deliveryId(at, `${app}:${epoch}:${id}`),
      ...{ url, form: { method, headers, retry: ACTION_RETRY } },
      ...{ event: 'transition', entity, recordKey: key, body: JSON.stringify(record ?? {}), fault: null },
    },
  ];
}
