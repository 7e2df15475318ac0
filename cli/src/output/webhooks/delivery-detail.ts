/** One delivery of a webhook with all that is known of it, for people. */
import type { DeliveryDetailFieldsFragment } from '../../admin/generated/operations.ts';
import { formatNumber } from '../numbers.ts';
import { printable } from '../printable.ts';
import { recordOf } from './delivery-table.ts';

type Attempt = DeliveryDetailFieldsFragment['log'][number];

const NAME_CHARS = 11;

export function formatDelivery({ delivery, method, body, log }: DeliveryDetailFieldsFragment): string {
  const { id, endpoint, url, event, status, attempts, maxAttempts, error, createdAt, dueAt, endedAt } =
    delivery;
  const facts: (readonly [string, string | null])[] = [
    ['Delivery', id],
    ['Endpoint', `${endpoint}  ${url}`],
    ['Event', event],
    ['Record', delivery.entity === null ? null : recordOf(delivery)],
    ['Status', status],
    ['Error', error],
    ['Attempts', `${attempts}, at most ${maxAttempts} each time that it is asked for`],
    ['Created', createdAt],
    ['Next', dueAt],
    ['Ended', endedAt],
  ];
  return [
    ...facts.flatMap(([name, value]) =>
      value === null ? [] : [`${name.padEnd(NAME_CHARS)}${printable(value)}`],
    ),
    ...log.flatMap((attempt) => [
      '',
      `Attempt ${attempt.number} at ${attempt.at}: ${answerOf(attempt)}`,
      ...responseOf(attempt),
    ]),
    '',
    `Body (${method})`,
    ...indented(body),
  ].join('\n');
}

/** What came of a test. */
export function formatTest({ delivery, log }: DeliveryDetailFieldsFragment): string {
  const { url, status, error } = delivery;
  const outcome = status === 'delivered' ? 'has accepted' : 'has not accepted';
  const attempt = log.at(-1);
  const why = attempt === undefined ? (error ?? 'it was not asked') : answerOf(attempt);
  return [printable(`${url} ${outcome}: ${why}`), ...(attempt === undefined ? [] : responseOf(attempt))].join(
    '\n',
  );
}

function answerOf({ status, error, durationMs }: Attempt): string {
  const answer = status === null ? `no answer, ${printable(error ?? 'for no known reason')}` : `${status}`;
  return `${answer} (${formatNumber(durationMs)} ms)`;
}

function responseOf({ response }: Attempt): string[] {
  return response === '' ? [] : indented(response);
}

function indented(text: string): string[] {
  return text.split('\n').map((line) => `  ${printable(line)}`);
}
