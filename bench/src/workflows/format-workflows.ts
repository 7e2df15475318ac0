import type { Latencies } from '../measure/percentile.ts';
import { formatTable } from '../measure/report.ts';
import type { DueTimers } from './due-timers.ts';
import type { ReactionResult } from './reaction.ts';
import type { WorkflowsResult } from './workflows.ts';

/** What was measured, beside the goals. */
export function formatWorkflows(result: WorkflowsResult | null): string {
  if (result === null) return 'workflows: nats-server is not installed, so this scenario is left out\n';
  const { idle, reaction, timers } = result;
  return [
    'workflows: A worker reacts to changes, and fires timers',
    '',
    `${idle.apps} apps with workflows and nothing to do for ${idle.seconds} s: ${idle.statements} SQL statements (goal: 0)`,
    '',
    '100 changes a second, from the commit of each to that of its effect (goal: p99 below 100 ms)',
    reactionTable(reaction),
    '',
    `${timers.timers} timers of one app due at once, beside those of another (goals: each fires once, the others at most 1,000 ms late)`,
    timersTable(timers),
    `  ${timers.seconds.toFixed(1)} s until the last was done, ${(timers.fired / timers.seconds).toFixed(0)} timers/s`,
    '',
  ].join('\n');
}

/** The ratios are to the consumer that is written by hand. */
function reactionTable(sides: readonly ReactionResult[]): string {
  const base = sides.at(-1);
  const rows = sides.map((side) => [
    side.name,
    String(side.changes),
    side.perSecond.toFixed(0),
    ...cells(side),
    ratio(side.p99, base?.p99 ?? null),
    side.cpuPerChange === null ? '-' : side.cpuPerChange.toFixed(0),
    ratio(side.cpuPerChange, base?.cpuPerChange ?? null),
  ]);
  return formatTable([
    ['', 'changes', 'changes/s', ...HEADINGS, 'p99 ratio', 'CPU us/change', 'CPU ratio'],
    ...rows,
  ]);
}

function timersTable({ timers, fired, twice, beside }: DueTimers): string {
  return formatTable([
    ['late', 'timers', 'fired', 'twice', ...HEADINGS],
    ['due at once', String(timers), String(fired), String(twice), '', '', '', ''],
    ['beside them', String(beside.timers), String(beside.fired), '', ...cells(beside)],
  ]);
}

const HEADINGS = ['p50 ms', 'p95 ms', 'p99 ms', 'most ms'];

function cells({ p50, p95, p99, most }: Latencies): readonly string[] {
  return [p50, p95, p99, most].map((ms) => ms.toFixed(1));
}

function ratio(value: number | null, base: number | null): string {
  return value === null || base === null || base === 0 ? '-' : `${(value / base).toFixed(2)}x`;
}
