import type { WebhookMethod } from '../webhooks/webhook-request.ts';

export interface WebhookDefinition {
  readonly entity: string;
  readonly hook?: 'after_write' | 'before_write' | 'after_delete' | 'before_delete';
  readonly url: string;
  readonly method?: WebhookMethod;
  readonly headers?: { readonly [name: string]: string };
  readonly condition?: string | null;
  readonly async?: boolean;
  readonly retry?: { readonly max_attempts?: number; readonly backoff?: string };
  readonly active?: boolean;
}
