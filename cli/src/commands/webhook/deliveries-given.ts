/** How a command line says which deliveries are meant. */
import type { AppName, DeliveryEvent, DeliveryStatus } from '@rocket/schema';
import type { AdminClient } from '../../admin/client.ts';
import type { WebhookDeliveryFilter } from '../../admin/generated/operations.ts';
import { WrongUsage } from '../../command-line.ts';
import { findEndpoint } from './find-endpoint.ts';

export interface GivenFilter {
  readonly endpoint?: string;
  readonly status?: DeliveryStatus;
  readonly failed?: boolean;
  readonly event?: DeliveryEvent;
  readonly entity?: string;
  readonly record?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly until?: string;
}

export interface GivenDeliveries extends GivenFilter {
  readonly ids: readonly string[];
  readonly all?: boolean;
}

/** @throws WrongUsage when nothing is chosen, or in two ways at once */
export function kindOfChoice({ ids, all = false, ...filter }: GivenDeliveries): 'ids' | 'filter' {
  const { endpoint, status, failed, event, entity, record, since, until } = filter;
  const isFilter = [endpoint, status, failed, event, entity, record, since, until].some(
    (given) => given !== undefined,
  );
  if (Number(ids.length > 0) + Number(isFilter) + Number(all) !== 1) {
    throw new WrongUsage('Say which: ids, or --failed, --endpoint and the like, or --all');
  }
  return ids.length > 0 ? 'ids' : 'filter';
}

/** Asks the server for the endpoint, where one is named. @throws RocketError `NOT_FOUND`, `CONFLICT` */
export async function filterOf(
  client: AdminClient,
  app: AppName,
  { endpoint, status, failed, event, entity, record, since, until }: GivenFilter,
): Promise<WebhookDeliveryFilter> {
  return {
    endpoint: endpoint === undefined ? null : (await findEndpoint(client, app, endpoint)).id,
    status: failed === true ? 'failed' : (status ?? null),
    event: event ?? null,
    entity: entity ?? null,
    recordKey: record ?? null,
    since: since ?? null,
    until: until ?? null,
  };
}
