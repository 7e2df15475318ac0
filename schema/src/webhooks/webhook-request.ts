/** A request that is sent to the receiver of a webhook, as it is kept with what is to be delivered. */
import { z } from 'zod';
import type { HeaderPart } from '../behaviour/header-template.ts';
import { BACKOFFS, type RetryPolicy } from './retry-policy.ts';

export const WEBHOOK_METHODS = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'] as const;
export type WebhookMethod = (typeof WEBHOOK_METHODS)[number];

/** A header, whose value may take variables of the environment. The name is in lower case. */
export interface RequestHeader {
  readonly name: string;
  readonly value: readonly HeaderPart[];
}

/** Whom to ask, and how. */
export interface WebhookRequest {
  readonly url: string;
  readonly method: WebhookMethod;
  readonly headers: readonly RequestHeader[];
}

/** What is kept of a request beside its address, so that a delivery is sent as it was meant when it was made. */
export interface RequestForm extends Omit<WebhookRequest, 'url'> {
  readonly retry: RetryPolicy;
}

const part = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: z.string() }),
  z.object({ kind: z.literal('variable'), name: z.string() }),
]);
const form = z.object({
  method: z.enum(WEBHOOK_METHODS),
  headers: z.array(z.object({ name: z.string(), value: z.array(part) })),
  retry: z.object({ maxAttempts: z.int().min(1), backoff: z.enum(BACKOFFS) }),
});

/** As it was stored. @throws ZodError for what no version of the product has stored */
export function readRequestForm(json: unknown): RequestForm {
  return form.parse(json);
}
