/** Events that could not be handled, for people. */
import type {
  ListDeadEventsQuery,
  ReplayDeadEventsMutation,
  ShowDeadEventQuery,
} from '../admin/generated/operations.ts';
import { formatNumber } from './numbers.ts';
import { printable } from './printable.ts';
import { formatTable } from './table.ts';

const HEADER = ['ID', 'APP', 'CONSUMER', 'DIED AT', 'SUBJECT', 'CAUSE'];
const SHOWN_CAUSE_CHARS = 60;

/** A table, and how many more there are. */
export function formatDeadEvents({ events, count }: ListDeadEventsQuery['deadEvents']): string {
  const rows = events.map(({ id, app, consumer, diedAt, subject, cause }) =>
    [id, app ?? '-', consumer, diedAt, subject, firstLine(cause)].map(printable),
  );
  const table = formatTable(HEADER, rows, 'There are no dead events.');
  return events.length < count && events.length > 0
    ? `${table}\n\n${formatNumber(count)} in all; --limit and --after show others.`
    : table;
}

function firstLine(cause: string): string {
  const [line = ''] = cause.split('\n', 1);
  return line.length > SHOWN_CAUSE_CHARS ? `${line.slice(0, SHOWN_CAUSE_CHARS)}…` : line;
}

export function formatDeadEvent(event: NonNullable<ShowDeadEventQuery['deadEvent']>): string {
  const { id, consumer, app, subject, position, cause, diedAt, payload } = event;
  return [
    `Event ${id}, given up by ${printable(consumer)} at ${diedAt}`,
    `App       ${app ?? '-'}`,
    `Subject   ${printable(subject)}`,
    `Position  ${position}`,
    '',
    'Cause',
    ...cause.split('\n').map((line) => `  ${printable(line)}`),
    '',
    'Event',
    `  ${printable(payload ?? 'dropped meanwhile')}`,
  ].join('\n');
}

/** One line of what came out. */
export function formatReplayed({
  id,
  app,
  outcome,
  code,
  message,
}: ReplayDeadEventsMutation['replayDeadEvents'][number]): string {
  const why = code === null ? '' : `: ${code} ${printable(message ?? '')}`;
  return `${id}  ${app ?? '-'}  ${outcome}${why}`;
}
