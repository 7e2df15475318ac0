/** Webhooks as they are called: compiled once per revision. */
import type { WebhookDefinition } from '../document/webhook-definition.ts';
import type { EvaluateExpression } from '../expressions/compile/compile-expression.ts';
import type { RequestForm, WebhookRequest } from '../webhooks/webhook-request.ts';

export type WebhookEvent = NonNullable<WebhookDefinition['hook']>;

export interface WebhookModel extends WebhookRequest {
  readonly event: WebhookEvent;
  /** The webhook is called when it is true; null when always. */
  readonly condition: { readonly text: string; readonly evaluate: EvaluateExpression } | null;
}

/** A webhook that is called after the commit. */
export interface AfterWebhook extends WebhookModel {
  readonly event: Extract<WebhookEvent, `after_${string}`>;
  readonly form: RequestForm;
  /** Names it among those of the app, also when other properties of it change. */
  readonly identity: string;
}

/** Active webhooks, each list in the order of the document. */
export interface EntityWebhooks {
  /** They are asked inside the write, and may refuse it. */
  readonly beforeWrite: readonly WebhookModel[];
  readonly beforeDelete: readonly WebhookModel[];
  readonly afterWrite: readonly AfterWebhook[];
  readonly afterDelete: readonly AfterWebhook[];
}
