import type { AppName } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import { ListWebhookEndpointsDocument } from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatEndpoints } from '../../output/webhooks/endpoint-table.ts';

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE` */
export async function listEndpoints(
  line: CommandLine,
  options: { readonly app: AppName; readonly json?: boolean },
): Promise<void> {
  const { app, json } = options;
  const client = await connectAdmin(line);
  const { webhookEndpoints } = await client.send(ListWebhookEndpointsDocument, { app });
  if (json === true) printJson(line, webhookEndpoints);
  else print(line, formatEndpoints(webhookEndpoints));
}
