import type { ShowEventStatusQuery } from '../admin/generated/operations.ts';
import { formatBytes, formatNumber } from './numbers.ts';
import { formatTable } from './table.ts';

type Status = ShowEventStatusQuery['eventStatus'];
type App = Status['apps'][number];

/** The stream, then a table each of apps, writing processes and consumers. */
export function formatEventStatus({ stream, apps, writers, consumers }: Status): string {
  const tables = [formatTable(APPS, apps.map(appCells), 'No apps yet.')];
  if (writers.length > 0) tables.push(formatTable(WRITERS, writers.map(writerCells), ''));
  if (consumers !== null && consumers.length > 0) {
    tables.push(formatTable(CONSUMERS, consumers.map(consumerCells), ''));
  }
  const problems = apps.flatMap(({ app, problem }) => (problem === null ? [] : [`${app}: ${problem}`]));
  return [
    streamLines(stream).join('\n'),
    ...tables,
    ...(problems.length === 0 ? [] : [problems.join('\n')]),
  ].join('\n\n');
}

function streamLines({ kind, up, since, reason, stored }: Status['stream']): string[] {
  const place = kind === 'nats' ? 'on NATS' : 'within the process of the gateway';
  const state = `The stream is ${place}, ${up ? 'up' : 'down'} since ${since}${reason === null ? '' : `: ${reason}`}`;
  if (stored === null) return [state, 'What it holds cannot be said now.'];
  const { first, last, messages, bytes, lastStoredAt, differences } = stored;
  const range = messages === 0 ? '' : `, ${first} to ${last}, the last at ${lastStoredAt ?? '-'}`;
  return [
    state,
    `It holds ${formatNumber(messages)} messages, ${formatBytes(bytes)}${range}`,
    ...differences.map(
      ({ object, setting, is, wanted, change }) =>
        `${object} ${setting} is ${is}, not ${wanted} (${change}): see \`rocket events check\``,
    ),
  ];
}

const APPS = ['APP', 'SHARD', 'WAITING', 'OLDEST', 'LAST HOUR', 'SURE', 'AGE'];

function appCells({ app, shard, outbox, followed }: App): string[] {
  const counted = (count: number) =>
    outbox === null || count < outbox.countedUpTo ? formatNumber(count) : `${formatNumber(count)} or more`;
  return [
    app,
    shard ?? '-',
    outbox === null ? '?' : counted(outbox.waiting),
    outbox === null ? '?' : formatMs(outbox.oldestWaitingMs),
    outbox === null ? '?' : counted(outbox.publishedLastHour),
    followed.sure ? 'yes' : 'no',
    formatMs(followed.ageMs),
  ];
}

const WRITERS = ['WRITING PROCESS', 'SHARD', 'SILENT', 'APPS'];

function writerCells({ process, shard, silentMs, apps }: Status['writers'][number]): string[] {
  return [process, shard ?? '-', formatMs(silentMs), apps.join(', ')];
}

const CONSUMERS = ['CONSUMER', 'WAITING', 'HANDLING', 'REDELIVERED'];

function consumerCells({ name, ...counts }: NonNullable<Status['consumers']>[number]): string[] {
  return [name, ...[counts.waiting, counts.handling, counts.redelivered].map(formatNumber)];
}

const MS_PER_SECOND = 1_000;

function formatMs(ms: number | null): string {
  return ms === null ? '-' : `${formatNumber(ms / MS_PER_SECOND)} s`;
}
