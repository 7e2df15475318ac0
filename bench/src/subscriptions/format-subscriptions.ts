import type { Latencies } from '../measure/percentile.ts';
import { formatTable } from '../measure/report.ts';
import type { SubscriptionsResult } from './subscriptions.ts';

const MEGABYTE = 1024 * 1024;
const KILOBYTE = 1024;
const SINCE = { begun: 'since it was begun', answered: 'after the answer' } as const;

/** What was measured, beside the goals. */
export function formatSubscriptions(result: SubscriptionsResult | null): string {
  if (result === null) return 'subscriptions: nats-server is not installed, so this scenario is left out\n';
  const { open, fanOut, stream } = result;
  return [
    'subscriptions: Subscribers are told of changes',
    '',
    `${open.subscriptions} subscriptions on one gateway (goal: 300 MB above idle)`,
    openTable(open),
    '',
    `One change at a time to ${fanOut[0]?.subscribers} subscribers of one form, until the last has it (goals: p99 250 ms, one record read)`,
    fanOutTable(fanOut),
    '',
    `500 changes a second to ${stream[0]?.subscribers} subscribers (goal: none lost)`,
    streamTable(stream),
    '',
  ].join('\n');
}

function openTable({ subscriptions, seconds, memory: { idle, open } }: SubscriptionsResult['open']): string {
  const above = idle === null || open === null ? null : open - idle;
  const inUnits = (bytes: number | null, unit: number, digits: number) =>
    known(bytes === null ? null : bytes / unit, digits);
  return formatTable([
    ['', 'idle MB', 'open MB', 'above MB', 'kB each', 'opened in s'],
    [
      'gateway',
      inUnits(idle, MEGABYTE, 0),
      inUnits(open, MEGABYTE, 0),
      inUnits(above, MEGABYTE, 0),
      inUnits(above === null ? null : above / subscriptions, KILOBYTE, 1),
      seconds.toFixed(1),
    ],
  ]);
}

/** The ratio is that of the p99 since the transaction began, or since the bare server was told. */
function fanOutTable(sides: SubscriptionsResult['fanOut']): string {
  const base = sides.at(-1)?.begun.p99 ?? 0;
  const rows = sides.flatMap((side) => [
    [
      `${side.name}, ${SINCE.begun}`,
      String(side.changes),
      ...cells(side.begun),
      side.recordsPerChange.toFixed(2),
      ratio(side.begun.p99, base),
    ],
    [`${side.name}, ${SINCE.answered}`, '', ...cells(side.answered), '', ''],
  ]);
  return formatTable([['', 'changes', ...LATENCY_HEADINGS, 'records', 'ratio'], ...rows]);
}

/** The ratio is that of the processor time of a message. */
function streamTable(sides: SubscriptionsResult['stream']): string {
  const base = sides.at(-1)?.cpuPerMessage ?? 0;
  const rows = sides.flatMap((side) => [
    [
      `${side.name}, ${SINCE.begun}`,
      side.changesPerSecond.toFixed(0),
      side.messagesPerSecond.toFixed(0),
      String(side.lost),
      String(side.twice),
      ...cells(side.begun),
      known(side.cpuPerMessage, 1),
      side.cpuPerMessage === null ? '-' : ratio(side.cpuPerMessage, base),
    ],
    [`${side.name}, ${SINCE.answered}`, '', '', '', '', ...cells(side.answered), '', ''],
  ]);
  const counts = ['changes/s', 'messages/s', 'lost', 'twice'];
  return formatTable([['', ...counts, ...LATENCY_HEADINGS, 'CPU us', 'ratio'], ...rows]);
}

const LATENCY_HEADINGS = ['p50 ms', 'p95 ms', 'p99 ms', 'most ms'];

function cells({ p50, p95, p99, most }: Latencies): readonly string[] {
  return [p50, p95, p99, most].map((ms) => ms.toFixed(1));
}

function ratio(value: number, base: number): string {
  return base === 0 ? '-' : `${(value / base).toFixed(2)}x`;
}

function known(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}
