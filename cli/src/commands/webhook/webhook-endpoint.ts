/** What is read and changed of one endpoint. */
import type { AppName } from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import { connectAdmin } from '../../admin/connect.ts';
import {
  RotateWebhookSecretDocument,
  SetWebhookEnabledDocument,
  ShowWebhookSecretDocument,
  TestWebhookDocument,
} from '../../admin/generated/operations.ts';
import { type CommandLine, NotAsWanted, print, printJson, printResult, remark } from '../../command-line.ts';
import { formatNumber } from '../../output/numbers.ts';
import { formatTest } from '../../output/webhooks/delivery-detail.ts';
import { findEndpoint, type WebhookEndpoint } from './find-endpoint.ts';
import { deliveryJson } from './webhook-log.ts';

export interface OfEndpointOptions {
  readonly app: AppName;
  /** An id, the beginning of one, or an address. */
  readonly endpoint: string;
  readonly json?: boolean;
}

/** Prints nothing else for people either, so that it can be piped. @throws RocketError `NOT_FOUND` */
export async function showSecret(line: CommandLine, options: OfEndpointOptions): Promise<void> {
  const { client, endpoint, ids } = await connectTo(line, options);
  const { webhookSecret: secret } = await client.send(ShowWebhookSecretDocument, ids);
  printResult(line, { json: options.json, value: { ...named(endpoint), secret }, text: secret });
}

/**
 * Prints the other secret, and apart from it until when the former one is used.
 * @throws RocketError `NOT_FOUND`, `BAD_USER_INPUT` for a secret of the wrong form
 */
export async function rotateSecret(
  line: CommandLine,
  options: OfEndpointOptions & { readonly secret?: string; readonly overlap: number },
): Promise<void> {
  const { client, endpoint, ids } = await connectTo(line, options);
  const { overlap: overlapHours, json } = options;
  const given = { ...ids, secret: options.secret ?? null, overlapHours };
  const { rotateWebhookSecret: secret } = await client.send(RotateWebhookSecretDocument, given);
  printResult(line, { json, value: { ...named(endpoint), secret, overlapHours }, text: secret });
  if (json === true) return;
  const overlap =
    overlapHours === 0
      ? 'The former secret is not used any more.'
      : `Requests are signed with the former secret too for ${formatNumber(overlapHours)} h.`;
  remark(line, overlap);
}

/** @throws RocketError `NOT_FOUND` */
export async function setEnabled(
  line: CommandLine,
  options: OfEndpointOptions & { readonly enabled: boolean },
): Promise<void> {
  const { client, endpoint, ids } = await connectTo(line, options);
  const { enabled, json, app } = options;
  await client.send(SetWebhookEnabledDocument, { ...ids, enabled });
  const later = enabled
    ? `; \`rocket webhook redeliver ${app} --failed --endpoint ${endpoint.id}\` sends what has failed`
    : '; what waited for it has failed';
  printResult(line, {
    json,
    value: { ...named(endpoint), enabled },
    text: `${endpoint.url} is ${enabled ? 'enabled' : 'disabled'}${later}`,
  });
}

/** @throws RocketError `NOT_FOUND`; NotAsWanted when the receiver did not accept */
export async function testEndpoint(line: CommandLine, options: OfEndpointOptions): Promise<void> {
  const { client, ids } = await connectTo(line, options);
  const { testWebhook } = await client.send(TestWebhookDocument, ids);
  if (options.json === true) printJson(line, deliveryJson(testWebhook));
  else print(line, formatTest(testWebhook));
  if (testWebhook.delivery.status !== 'delivered') throw new NotAsWanted();
}

interface Connected {
  readonly client: AdminClient;
  readonly endpoint: WebhookEndpoint;
  /** Of what the API takes. */
  readonly ids: { readonly app: AppName; readonly endpoint: string };
}

async function connectTo(line: CommandLine, { app, endpoint: named }: OfEndpointOptions): Promise<Connected> {
  const client = await connectAdmin(line);
  const endpoint = await findEndpoint(client, app, named);
  return { client, endpoint, ids: { app, endpoint: endpoint.id } };
}

function named({ id, url }: WebhookEndpoint): { endpoint: string; url: string } {
  return { endpoint: id, url };
}
