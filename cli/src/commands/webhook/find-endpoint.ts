import { type AppName, RocketError } from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import {
  ListWebhookEndpointsDocument,
  type ListWebhookEndpointsQuery,
} from '../../admin/generated/operations.ts';

export type WebhookEndpoint = ListWebhookEndpointsQuery['webhookEndpoints'][number];

/**
 * @param named the id of an endpoint of the app, the beginning of its id, or its address
 * @throws RocketError `NOT_FOUND`; `CONFLICT` for the beginning of several ids
 */
export async function findEndpoint(
  client: AdminClient,
  app: AppName,
  named: string,
): Promise<WebhookEndpoint> {
  const { webhookEndpoints } = await client.send(ListWebhookEndpointsDocument, { app });
  return chooseEndpoint(webhookEndpoints, app, named);
}

/** @throws RocketError as {@link findEndpoint} */
export function chooseEndpoint(
  endpoints: readonly WebhookEndpoint[],
  app: AppName,
  named: string,
): WebhookEndpoint {
  const byUrl = endpoints.find(({ url }) => url === named);
  if (byUrl !== undefined) return byUrl;
  const prefix = named.toLowerCase();
  const found = prefix === '' ? [] : endpoints.filter(({ id }) => id.startsWith(prefix));
  const [endpoint, another] = found;
  const hint = `\`rocket webhook list ${app}\` shows what there is`;
  if (endpoint === undefined) {
    const message = `App ${app} has no endpoint ${JSON.stringify(named)}`;
    throw new RocketError('NOT_FOUND', message, { details: { hint } });
  }
  if (another !== undefined) {
    const message = `${found.length} endpoints of app ${app} have ids that begin with ${named}`;
    throw new RocketError('CONFLICT', message, { details: { hint } });
  }
  return endpoint;
}
