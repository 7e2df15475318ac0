/** Requests to the receivers of webhooks: signed, by the safe client, with headers made of what the operator allows. */
import { type Config, createOutgoingClients, type OutgoingAnswer, OutgoingError } from '@rocket/platform';
import type { WebhookRequest } from '@rocket/schema';
import { Webhook } from 'standardwebhooks';

export type WebhookConfig = Pick<Config, 'outgoingAllow' | 'webhookVariables' | 'webhookTimeoutMs'>;

/** Of calls that somebody waits for: further ones to the same origin wait, within their time. */
const CONNECTIONS_OF_CALLS = 16;

/** What is sent, and how its receiver can see that it comes from here. */
export interface WebhookMessage {
  /** The same at each repetition. */
  readonly id: string;
  /** JSON; a GET carries none. */
  readonly payload: string;
  /** Secrets of the endpoint, each of which signs the request. */
  readonly secrets: readonly string[];
}

/** Calls over connections of its own. */
export interface Calls {
  /**
   * Every status is an answer.
   * @param timeoutMs for this call
   * @throws OutgoingError when there was no answer, or when a header needs what is not there
   */
  call(request: WebhookRequest, message: WebhookMessage, timeoutMs: number): Promise<OutgoingAnswer>;
  /** Ends what is still under way. */
  close(): Promise<void>;
}

export interface WebhookCaller extends Calls {
  /** Most time for a call within a write. */
  readonly timeoutMs: number;
  /** For one endpoint. @param connections most calls at once */
  lane(connections: number): Calls;
}

export function createWebhookCaller(config: WebhookConfig): WebhookCaller {
  const clients = createOutgoingClients({ allow: config.outgoingAllow });
  const lane = (connections: number): Calls => {
    const client = clients(connections);
    return {
      call: async ({ url, method, headers }, message, timeoutMs) => {
        const body = method === 'GET' ? null : message.payload;
        return await client.send({
          ...{ url, method, body, timeoutMs },
          headers: {
            'user-agent': 'rocket-graph',
            ...(body === null ? {} : { 'content-type': 'application/json' }),
            ...chosenHeaders(headers, config.webhookVariables),
            ...signature(message, body ?? ''),
          },
        });
      },
      close: () => client.close(),
    };
  };
  return { ...lane(CONNECTIONS_OF_CALLS), timeoutMs: config.webhookTimeoutMs, lane };
}

/** As Standard Webhooks says. The time is that of this attempt. */
function signature({ id, secrets }: WebhookMessage, body: string): Readonly<Record<string, string>> {
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
  };
}

/** Nothing is sent in place of a variable that is not there: the receiver could take it for an empty secret. */
function chosenHeaders(
  headers: WebhookRequest['headers'],
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
