/**
 * The webhooks that may refuse a write: `before_write` and `before_delete`. They are asked when its SQL is done, inside
 * the transaction, which keeps its locks and its connection meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { type OutgoingAnswer, OutgoingError, remainingMs } from '@rocket/platform';
import {
  changeMade,
  ERROR_CATALOGUE,
  ExpressionError,
  RocketError,
  type WebhookCall,
  type WebhookModel,
  webhookPayload,
  webhookVariables,
} from '@rocket/schema';
import { endpointAt } from '../../webhooks/endpoint-at.ts';
import { isAccepted, isRefused } from '../../webhooks/receiver-status.ts';
import type { WebhookCaller, WebhookMessage } from '../../webhooks/webhook-caller.ts';
import { refuse } from '../write-result.ts';
import type { PlacedChange, WriteTransaction } from '../write-state.ts';
import { netChanges } from './net-changes.ts';
import { receiverMessage } from './receiver-message.ts';

/** In one write. */
const MAX_CALLS = 1_000;

export interface AskOptions {
  readonly webhooks: WebhookCaller;
  readonly deadlineAtMs?: number;
}

/** One webhook that is asked about one change. */
interface Asked {
  readonly webhook: WebhookModel;
  readonly change: PlacedChange;
  readonly logger: WriteTransaction['logger'];
}

/**
 * Asks about every changed record, one after the other in the order of the changes; about each, its webhooks in the order
 * of the document. The first one that does not accept ends the write.
 * @throws WriteRefused `WEBHOOK_REFUSED` when the receiver says no, `WEBHOOK_FAILED` when it could not be asked
 * @throws RocketError `DEADLINE_EXCEEDED`
 */
export async function askWebhooks(write: WriteTransaction, options: AskOptions): Promise<void> {
  const { caller, now, logger } = write;
  if (write.changes.every((change) => webhooksFor(change).length === 0)) return;
  let calls = 0;
  for (const change of netChanges(write.changes)) {
    const webhooks = webhooksFor(change);
    const [first] = webhooks;
    if (first === undefined) continue;
    const call = {
      event: first.event,
      change: changeMade(change),
      caller,
      now,
      idempotencyKey: `wh_${randomUUID()}`,
    };
    const payload = webhookPayload(call);
    for (const webhook of webhooks) {
      const asked: Asked = { webhook, change, logger };
      if (!isConcerned(asked, call)) continue;
      calls += 1;
      if (calls > MAX_CALLS) tooMany(asked);
      const { secrets } = await endpointAt(write.tx, webhook.url);
      const message = { id: call.idempotencyKey, payload, secrets };
      refuseUnlessAccepted(asked, await answerOf(asked, message, options));
    }
  }
}

function webhooksFor({ entity, operation }: PlacedChange): readonly WebhookModel[] {
  return operation === 'delete' ? entity.webhooks.beforeDelete : entity.webhooks.beforeWrite;
}

/** A condition that has no value for these records refuses: nobody knows what the receiver would have said. */
function isConcerned(asked: Asked, call: WebhookCall): boolean {
  const { condition } = asked.webhook;
  if (condition === null) return true;
  try {
    return Boolean(condition.evaluate(webhookVariables(call)));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return failed(asked, { condition: condition.text, reason: error.message });
  }
}

async function answerOf(
  asked: Asked,
  message: WebhookMessage,
  { webhooks, deadlineAtMs = Number.POSITIVE_INFINITY }: AskOptions,
): Promise<OutgoingAnswer> {
  const timeoutMs = Math.min(webhooks.timeoutMs, remainingMs(deadlineAtMs));
  try {
    return await webhooks.call(asked.webhook, message, timeoutMs);
  } catch (error) {
    if (!(error instanceof OutgoingError)) throw error;
    const isDeadline = error.failure === 'timeout' && timeoutMs < webhooks.timeoutMs;
    if (isDeadline) throw new RocketError('DEADLINE_EXCEEDED', undefined, { cause: error });
    return failed(asked, { err: error });
  }
}

function refuseUnlessAccepted(asked: Asked, { status, body }: OutgoingAnswer): void {
  if (isAccepted(status)) return;
  const message = receiverMessage(body);
  if (!isRefused(status)) failed(asked, { status }, message);
  asked.logger.info({ ...placeOf(asked), status }, 'a webhook refused a write');
  end(asked, 'WEBHOOK_REFUSED', message);
}

function failed(asked: Asked, why: Readonly<Record<string, unknown>>, message: string | null = null): never {
  asked.logger.warn({ ...placeOf(asked), ...why }, 'a write is refused because a webhook could not be asked');
  return end(asked, 'WEBHOOK_FAILED', message);
}

function end(
  { webhook, change }: Asked,
  code: 'WEBHOOK_REFUSED' | 'WEBHOOK_FAILED',
  message: string | null,
): never {
  refuse({
    code,
    message: message ?? ERROR_CATALOGUE[code].message,
    path: change.path,
    rule: webhook.event,
  });
}

function tooMany({ webhook, change }: Asked): never {
  const message = `A write may ask webhooks at most ${MAX_CALLS} times`;
  refuse({ code: 'VALIDATION_FAILED', message, path: change.path, rule: webhook.event });
}

/** Without the query of the address, which may hold a secret. */
function placeOf({ webhook, change }: Asked): Readonly<Record<string, unknown>> {
  const { origin, pathname } = new URL(webhook.url);
  return { entity: change.entity.name, event: webhook.event, receiver: `${origin}${pathname}` };
}
