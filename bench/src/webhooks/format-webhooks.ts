import { availableParallelism } from 'node:os';
import { formatTable } from '../measure/report.ts';
import type { Backlog } from './backlog.ts';
import type { Busy } from './busy.ts';
import type { Told } from './dead-endpoint.ts';
import type { Throughput, WebhooksResult } from './webhooks.ts';

/** What was measured, beside the goals. */
export function formatWebhooks(result: WebhooksResult | null): string {
  if (result === null) return 'webhooks: nats-server is not installed, so this scenario is left out\n';
  const { throughput, backlog, telling } = result;
  return [
    'webhooks: Workers deliver signed webhooks after writes',
    '',
    `Events on the stream, to one receiver, on ${availableParallelism()} processors (goals: 3,000 a second on two, 10,000 on a machine of the worker's own)`,
    throughputTable(throughput),
    '',
    'A receiver that was down comes back',
    backlogTable(backlog),
    '',
    'Events for ten receivers, from the commit to nine of them (goal: with a dead tenth, p99 below 2x)',
    tellingTable(telling),
    '',
  ].join('\n');
}

/** The ratio is to the loop that is written by hand. */
function throughputTable(sides: readonly Throughput[]): string {
  const base = sides.at(-1);
  const rows = sides.map((side) => [
    side.name,
    String(side.deliveries),
    side.perSecond.toFixed(0),
    base === undefined ? '-' : `${(side.perSecond / base.perSecond).toFixed(2)}x`,
    ...side.busy.map(costs),
    String(side.repeated),
    String(side.checked),
    side.boundBy,
  ]);
  const headings = [
    '',
    'deliveries',
    'a second',
    'ratio',
    ...COST_HEADINGS,
    'repeated',
    'checked',
    'bound by',
  ];
  return formatTable([headings, ...rows]);
}

const COST_HEADINGS = ['sender us (cores)', 'postgres', 'nats', 'sink'];

function backlogTable({ waiting, storingSeconds, noticedSeconds, drain }: Backlog): string {
  return formatTable([
    ['', 'waiting', 'stored after s', 'noticed after s', 'a second', ...COST_HEADINGS, 'bound by'],
    [
      'backlog',
      String(waiting),
      storingSeconds.toFixed(1),
      noticedSeconds.toFixed(1),
      drain.perSecond.toFixed(0),
      ...drain.busy.map(costs),
      drain.boundBy,
    ],
  ]);
}

/** The ratio is to what it was with all of them. */
function tellingTable(telling: readonly Told[]): string {
  const [healthy] = telling;
  const rows = telling.map(({ name, perSecond, told, lost, p50, p95, p99, most }) => [
    name,
    perSecond.toFixed(0),
    String(told),
    String(lost),
    ...[p50, p95, p99, most].map((ms) => ms.toFixed(1)),
    healthy === undefined ? '-' : `${(p99 / healthy.p99).toFixed(2)}x`,
  ]);
  return formatTable([
    ['', 'events/s', 'told', 'lost', 'p50 ms', 'p95 ms', 'p99 ms', 'most ms', 'p99 ratio'],
    ...rows,
  ]);
}

function costs({ perDelivery, cores }: Busy): string {
  return perDelivery === null || cores === null ? '-' : `${perDelivery.toFixed(0)} (${cores.toFixed(2)})`;
}
