/** Endpoints of webhooks, for people. */
import type { ListWebhookEndpointsQuery } from '../../admin/generated/operations.ts';
import { formatNumber } from '../numbers.ts';
import { printable } from '../printable.ts';
import { formatTable } from '../table.ts';

type Endpoint = ListWebhookEndpointsQuery['webhookEndpoints'][number];

const HEADER = ['ID', 'URL', 'STATE', 'WAITING', 'FAILED', 'USED FOR'];

export function formatEndpoints(endpoints: readonly Endpoint[]): string {
  const rows = endpoints.map((endpoint) =>
    [
      ...[endpoint.id, endpoint.url, stateOf(endpoint)],
      ...[formatNumber(endpoint.waiting), formatNumber(endpoint.failed), usesOf(endpoint)],
    ].map(printable),
  );
  return formatTable(HEADER, rows, 'The app has no webhooks.');
}

function stateOf({ disabled, failingSince }: Endpoint): string {
  if (disabled !== null) return `disabled (${disabled.reason}) since ${disabled.at}`;
  return failingSince === null ? 'ok' : `failing since ${failingSince}`;
}

function usesOf({ uses }: Endpoint): string {
  return [...new Set(uses.map(({ event, of }) => `${event} ${of}`))].join(', ') || '-';
}
