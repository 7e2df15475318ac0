/** Webhooks as they are called: compiled once per revision. */
import type { WebhookDefinition } from '../document/types.ts';
import type { EvaluateExpression } from '../expressions/compile/compile-expression.ts';
import type { HeaderPart } from './header-template.ts';

export type WebhookEvent = NonNullable<WebhookDefinition['hook']>;

export interface WebhookModel {
  readonly event: WebhookEvent;
  readonly url: string;
  readonly method: NonNullable<WebhookDefinition['method']>;
  readonly headers: readonly { readonly name: string; readonly value: readonly HeaderPart[] }[];
  /** The webhook is called when it is true; null when always. */
  readonly condition: { readonly text: string; readonly evaluate: EvaluateExpression } | null;
}

/** Active webhooks that are asked inside the write and may refuse it, each list in the order of the document. */
export interface EntityWebhooks {
  readonly beforeWrite: readonly WebhookModel[];
  readonly beforeDelete: readonly WebhookModel[];
}
