/** Deliveries of webhooks, for people. */
import type { DeliveryFieldsFragment, ListWebhookDeliveriesQuery } from '../../admin/generated/operations.ts';
import { printable } from '../printable.ts';
import { formatTable } from '../table.ts';

const HEADER = ['ID', 'ENDPOINT', 'EVENT', 'RECORD', 'STATUS', 'ATTEMPTS', 'ANSWER', 'CREATED', 'NEXT'];
/** Enough to tell the endpoints of an app apart. */
const SHOWN_ID_CHARS = 8;

/** A table, and how it goes on. */
export function formatDeliveries({
  deliveries,
  next,
}: ListWebhookDeliveriesQuery['webhookDeliveries']): string {
  const rows = deliveries.map((delivery) => {
    const { id, endpoint, event, status, attempts, lastStatus, createdAt, dueAt } = delivery;
    return [
      ...[id, endpoint.slice(0, SHOWN_ID_CHARS), event, recordOf(delivery), status, `${attempts}`],
      ...[lastStatus === null ? '-' : `${lastStatus}`, createdAt, dueAt ?? '-'],
    ].map(printable);
  });
  const table = formatTable(HEADER, rows, 'There are no such deliveries.');
  return next === null ? table : `${table}\n\nThere may be more: --after ${next} shows them.`;
}

export function recordOf({ entity, recordKey }: DeliveryFieldsFragment): string {
  return entity === null ? '-' : `${entity}${recordKey === null ? '' : ` ${recordKey}`}`;
}
