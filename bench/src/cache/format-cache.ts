import type { Measured } from '../measure/in-turns.ts';
import type { Measurement } from '../measure/load.ts';
import { median, percentile } from '../measure/percentile.ts';
import { formatTable } from '../measure/report.ts';
import type { AppliedTimes } from './applied-times.ts';
import type { CacheResult } from './cache.ts';

/** Medians over the rounds, beside the goals. */
export function formatCache(result: CacheResult | null): string {
  if (result === null) return 'cache: nats-server is not installed, so this scenario is left out\n';
  return [
    'cache: Answers that are kept',
    ...result.hits.flatMap(({ size, sides }) => [
      '',
      `Hits of ${size}, the token checked (goals: 10,000 req/s, and a ratio of CPU of 0.5)`,
      hitsTable(sides),
    ]),
    '',
    '95% reads of 100 operations, 5% writes, three roles (goals: 90% hits, and a ratio of 5)',
    mixedTable(result.mixed),
    '',
    'A change through one gateway, until another has applied it (goal for p99: 50 ms after the commit)',
    appliedTable(result.applied),
    '',
    'nested-20 read, with tags and without (goal: 10% more CPU)',
    tagsTable(result.tags),
    '',
  ].join('\n');
}

function hitsTable(sides: CacheResult['hits'][number]['sides']): string {
  const floor = sides.at(-1);
  const rows = sides.map((side) => [
    ...loadCells(side),
    of(side, (round) => inMicroseconds(round.serverCpuMs), 0),
    ratio(side, floor, (round) => round.requestsPerSecond),
    ratio(floor, side, (round) => round.serverCpuMs),
  ]);
  const headings = [...LOAD_HEADINGS, 'CPU us', 'ratio', 'of CPU'];
  return formatTable([headings, ...rows]);
}

const LOAD_HEADINGS = ['', 'req/s', 'p50 ms', 'p95 ms', 'failed', 'hits'];

/** What both loads have in common. */
function loadCells(side: Measured<string, Measurement & { readonly hitRate: number | null }>): string[] {
  return [
    side.name,
    of(side, (round) => round.requestsPerSecond, 0),
    of(side, (round) => round.p50Ms, 1),
    of(side, (round) => round.p95Ms, 1),
    failures(side),
    percent(of(side, (round) => asPercent(round.hitRate), 1)),
  ];
}

function mixedTable(sides: CacheResult['mixed']): string {
  const base = sides.at(-1);
  const rows = sides.map((side) => [
    ...loadCells(side),
    percent(of(side, (round) => asPercent(round.possibleRate), 1)),
    of(side, (round) => round.serverCpuMs, 2),
    of(side, (round) => round.postgresCpuMs, 2),
    of(side, (round) => round.statementsPerRequest, 2),
    ratio(side, base, (round) => round.requestsPerSecond),
    ratio(base, side, allCpuMs),
  ]);
  const costs = ['CPU ms', 'PG CPU', 'SQL', 'ratio', 'of CPU'];
  return formatTable([[...LOAD_HEADINGS, 'possible', ...costs], ...rows]);
}

function appliedTable({ afterAnswerMs, alone, besideMixed }: CacheResult['applied']): string {
  const sorted = Float64Array.from(afterAnswerMs).sort();
  const exact = [50, 95, 99, 100].map((percents) => percentile(sorted, percents).toFixed(1));
  return formatTable([
    ['', 'changes', 'p50 ms', 'p95 ms', 'p99 ms', 'most ms'],
    ['one by one, after the answer', String(afterAnswerMs.length), ...exact],
    ['one by one, since the transaction began', ...atMost(alone)],
    ['mixed load, since the transaction began', ...atMost(besideMixed)],
  ]);
}

function atMost({ changes, atMostMs }: AppliedTimes): readonly string[] {
  return [String(changes), ...atMostMs.map((ms) => `<= ${ms}`)];
}

/** Every second side is the one before with tags. */
function tagsTable(sides: CacheResult['tags']): string {
  const rows = sides.map((side, index) => [
    side.name,
    of(side, (round) => round.requestsPerSecond, 1),
    failures(side),
    of(side, (round) => round.serverCpuMs, 1),
    of(side, (round) => round.postgresCpuMs, 1),
    of(side, allCpuMs, 1),
    ratio(side, sides[index - (index % 2)], allCpuMs),
  ]);
  return formatTable([['', 'req/s', 'failed', 'CPU ms', 'PG CPU', 'both', 'ratio'], ...rows]);
}

function allCpuMs({ serverCpuMs, postgresCpuMs }: Measurement): number | null {
  return serverCpuMs === null || postgresCpuMs === null ? null : serverCpuMs + postgresCpuMs;
}

/** A dash where a round has no value. */
function of<T>(side: Measured<string, T>, value: (round: T) => number | null, digits: number): string {
  const middle = medianOf(side, value);
  return middle === null ? '-' : middle.toFixed(digits);
}

function medianOf<T>(
  side: Measured<string, T> | undefined,
  value: (round: T) => number | null,
): number | null {
  const known = side?.rounds.map(value).filter((each) => each !== null) ?? [];
  return known.length === 0 || known.length < (side?.rounds.length ?? 0) ? null : median(known);
}

function ratio<T>(
  side: Measured<string, T> | undefined,
  base: Measured<string, T> | undefined,
  value: (round: T) => number | null,
): string {
  const [above, below] = [medianOf(side, value), medianOf(base, value)];
  return above === null || below === null || below === 0 ? '-' : `${(above / below).toFixed(2)}x`;
}

function failures({ rounds }: Measured<string, Measurement>): string {
  return String(rounds.reduce((sum, round) => sum + round.failures, 0));
}

function asPercent(rate: number | null): number | null {
  return rate === null ? null : rate * 100;
}

function percent(text: string): string {
  return text === '-' ? text : `${text}%`;
}

function inMicroseconds(ms: number | null): number | null {
  return ms === null ? null : ms * 1_000;
}
