import { addressProblem, readWebhook } from '../../../behaviour/read-webhook.ts';
import { BACKOFFS } from '../../../webhooks/retry-policy.ts';
import { didYouMeanOf } from '../../faults/nearest-name.ts';
import { showValue } from '../../faults/show-value.ts';
import type { WebhookDefinition } from '../../webhook-definition.ts';
import { type CheckContext, findEntity, type Located } from '../context.ts';
import { checkedScopes } from './check-rules.ts';

/** Webhooks and UI configurations. */
export function checkWebhooks(context: CheckContext): void {
  const scopeOf = checkedScopes(context);
  for (const webhook of context.parts.webhooks) {
    const { value, path } = webhook;
    if (findEntity(context, value.entity, [...path, 'entity']) !== undefined) {
      readWebhook(value, scopeOf(value.entity), (within, message, hint) =>
        context.faults.error([...path, ...within], message, hint),
      );
    }
    checkUrl(context, { value: value.url, path: [...path, 'url'] });
    checkTiming(context, webhook);
    checkBackoff(context, webhook);
  }
  for (const { value, path } of context.parts.ui_configs) {
    const known =
      value.entity.startsWith('_') ||
      context.entities.has(value.entity) ||
      context.unusableEntities.has(value.entity);
    if (!known) context.faults.warning([...path, 'entity'], `There is no entity ${showValue(value.entity)}`);
  }
}

function checkUrl(context: CheckContext, { value, path }: Located<string>): void {
  const problem = addressProblem(value);
  if (problem !== null) context.faults.error(path, problem.message, problem.hint);
}

function checkBackoff(context: CheckContext, { value, path }: Located<WebhookDefinition>): void {
  const backoff = value.retry?.backoff;
  if (backoff === undefined || BACKOFFS.some((known) => known === backoff)) return;
  const message = `The backoff ${showValue(backoff)} is unknown, and is taken for exponential`;
  context.faults.warning([...path, 'retry', 'backoff'], message, () =>
    didYouMeanOf('Known', backoff, BACKOFFS),
  );
}

/** `before_*` hooks can veto and are awaited, `after_*` hooks are not: `async` cannot change that. */
function checkTiming(context: CheckContext, { value, path }: Located<WebhookDefinition>): void {
  const before = value.hook?.startsWith('before_') ?? false;
  if (value.async === undefined || value.async !== before) return;
  const message = before
    ? 'A before_ hook is always called inside the write'
    : 'An after_ hook is always called after the commit, in the background';
  context.faults.warning([...path, 'async'], message, `Write "async": ${!before}, or leave it out`);
}
