import { type AppName, RocketError } from '@rocket/schema';
import { connectAdmin } from '../../admin/connect.ts';
import {
  type DeliveryDetailFieldsFragment,
  ListWebhookDeliveriesDocument,
  ShowWebhookDeliveryDocument,
} from '../../admin/generated/operations.ts';
import { type CommandLine, print, printJson } from '../../command-line.ts';
import { formatDelivery } from '../../output/webhooks/delivery-detail.ts';
import { formatDeliveries } from '../../output/webhooks/delivery-table.ts';
import { filterOf, type GivenFilter } from './deliveries-given.ts';

export interface LogOptions extends GivenFilter {
  readonly app: AppName;
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

/** @throws RocketError `APP_NOT_FOUND`, `SHARD_UNAVAILABLE`, `NOT_FOUND` for an endpoint that there is not */
export async function logDeliveries(line: CommandLine, options: LogOptions): Promise<void> {
  const { app, limit, after = null, json } = options;
  const client = await connectAdmin(line);
  const filter = await filterOf(client, app, options);
  const page = await client.send(ListWebhookDeliveriesDocument, { app, filter, after, limit });
  if (json === true) printJson(line, page.webhookDeliveries.deliveries);
  else print(line, formatDeliveries(page.webhookDeliveries));
}

/** @throws RocketError `NOT_FOUND` */
export async function showDelivery(
  line: CommandLine,
  options: { readonly app: AppName; readonly id: string; readonly json?: boolean },
): Promise<void> {
  const { app, id, json } = options;
  const client = await connectAdmin(line);
  const { webhookDelivery } = await client.send(ShowWebhookDeliveryDocument, { app, id });
  if (webhookDelivery === null) {
    throw new RocketError('NOT_FOUND', `App ${app} has no delivery ${id}`, {
      details: { hint: `\`rocket webhook log ${app}\` shows what there is` },
    });
  }
  if (json === true) printJson(line, deliveryJson(webhookDelivery));
  else print(line, formatDelivery(webhookDelivery));
}

/** A delivery as programs get it: as in the log, with more. */
export function deliveryJson({ delivery, ...more }: DeliveryDetailFieldsFragment): object {
  return { ...delivery, ...more };
}
