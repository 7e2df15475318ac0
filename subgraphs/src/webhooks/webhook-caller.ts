/** Requests to the receivers of webhooks: the safe client, with headers made of what the operator allows. */
import { type Config, createOutgoingClient, type OutgoingAnswer, OutgoingError } from '@rocket/platform';
import type { WebhookModel } from '@rocket/schema';

export type WebhookConfig = Pick<Config, 'outgoingAllow' | 'webhookVariables' | 'webhookTimeoutMs'>;

/** Whom to ask, and how. */
export type Receiver = Pick<WebhookModel, 'url' | 'method' | 'headers'>;

export interface WebhookCaller {
  /** Most time for one call. */
  readonly timeoutMs: number;
  /**
   * Every status is an answer.
   * @param payload JSON; a GET carries none
   * @param timeoutMs for this call
   * @throws OutgoingError when there was no answer, or when a header needs what is not there
   */
  call(webhook: Receiver, payload: string, timeoutMs: number): Promise<OutgoingAnswer>;
  /** Ends what is still under way. */
  close(): Promise<void>;
}

export function createWebhookCaller(config: WebhookConfig): WebhookCaller {
  const client = createOutgoingClient({ allow: config.outgoingAllow });
  return {
    timeoutMs: config.webhookTimeoutMs,
    call: async (webhook, payload, timeoutMs) => {
      const { url, method } = webhook;
      const hasBody = method !== 'GET';
      const headers = {
        'user-agent': 'rocket-graph',
        ...(hasBody ? { 'content-type': 'application/json' } : {}),
        ...headersOf(webhook, config.webhookVariables),
      };
      return await client.send({ url, method, headers, body: hasBody ? payload : null, timeoutMs });
    },
    close: () => client.close(),
  };
}

/** Nothing is sent in place of a variable that is not there: the receiver could take it for an empty secret. */
function headersOf(
  { headers }: Receiver,
  variables: WebhookConfig['webhookVariables'],
): Record<string, string> {
  const variable = (name: string): string => {
    const value = variables.get(name);
    if (value !== undefined) return value;
    const message = `A header needs the variable ${name}, which ROCKET_WEBHOOK_ENV does not list or which is not set`;
    throw new OutgoingError('forbidden', message);
  };
  const entries = headers.map(({ name, value }) => {
    const parts = value.map((part) => (part.kind === 'text' ? part.text : variable(part.name)));
    return [name, parts.join('')] as const;
  });
  return Object.fromEntries(entries);
}
