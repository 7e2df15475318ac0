/** Prints measurements side by side, with their ratio to one of them, the peer. */
import type { Measurement } from './load.ts';
import { median } from './percentile.ts';

export interface Comparison {
  readonly name: string;
  readonly title: string;
  /** Ours first. Each list holds one measurement a round. */
  readonly sides: readonly (readonly Measurement[])[];
  /** Name of the side that all are compared with. */
  readonly base: string;
}

export interface Summary extends Measurement {
  /** Requests a second by those of the base; null without it. */
  readonly ratio: number | null;
}

/** Medians over the rounds: one disturbed round then does not decide. */
export function summarise(comparison: Comparison): readonly Summary[] {
  const sides = comparison.sides.map(summariseSide);
  const base = sides.find((side) => side.name === comparison.base)?.requestsPerSecond ?? 0;
  return sides.map((side) => ({ ...side, ratio: base === 0 ? null : side.requestsPerSecond / base }));
}

function summariseSide(rounds: readonly Measurement[]): Measurement {
  return {
    name: rounds[0]?.name ?? '',
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    p50Ms: median(rounds.map((round) => round.p50Ms)),
    p95Ms: median(rounds.map((round) => round.p95Ms)),
    p99Ms: median(rounds.map((round) => round.p99Ms)),
    failures: rounds.reduce((sum, round) => sum + round.failures, 0),
    serverCpuMs: medianOfKnown(rounds.map((round) => round.serverCpuMs)),
    postgresCpuMs: medianOfKnown(rounds.map((round) => round.postgresCpuMs)),
    statementsPerRequest: medianOfKnown(rounds.map((round) => round.statementsPerRequest)),
  };
}

function medianOfKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : median(known);
}

const HEADINGS = ['', 'req/s', 'p50 ms', 'p95 ms', 'p99 ms', 'failed', 'CPU ms', 'PG CPU', 'SQL', 'ratio'];

export function formatComparison(comparison: Comparison): string {
  const rows = summarise(comparison).map((side) => [
    side.name,
    side.requestsPerSecond.toFixed(0),
    side.p50Ms.toFixed(1),
    side.p95Ms.toFixed(1),
    side.p99Ms.toFixed(1),
    String(side.failures),
    known(side.serverCpuMs, 2),
    known(side.postgresCpuMs, 2),
    known(side.statementsPerRequest, 1),
    side.ratio === null ? '' : `${side.ratio.toFixed(2)}x`,
  ]);
  return `${comparison.name}: ${comparison.title}\n${formatTable([HEADINGS, ...rows])}\n`;
}

/** The first column reads from the left, numbers line up at the right. */
export function formatTable(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) => row.map((cell, column) => pad(cell, column, widths)).join('  ')).join('\n');
}

function pad(cell: string, column: number, widths: readonly number[] | undefined): string {
  const width = widths?.[column] ?? 0;
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function known(value: number | null, digits: number): string {
  return value === null ? '-' : value.toFixed(digits);
}
