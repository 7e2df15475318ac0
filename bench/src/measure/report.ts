/** Prints measurements side by side, with their ratio to the last one, the peer. */
import type { Measurement } from './load.ts';

export interface Comparison {
  readonly title: string;
  /** Ours first; the last is what it is compared with. Each list holds one measurement a round. */
  readonly sides: readonly (readonly Measurement[])[];
}

export interface Summary {
  readonly name: string;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p97Ms: number;
  readonly p99Ms: number;
  readonly failures: number;
  readonly ratio: number;
}

/** Medians over the rounds: one disturbed round then does not decide. */
export function summarise(comparison: Comparison): readonly Summary[] {
  const sides = comparison.sides.map((rounds) => ({
    name: rounds[0]?.name ?? '',
    requestsPerSecond: median(rounds.map((round) => round.requestsPerSecond)),
    p50Ms: median(rounds.map((round) => round.p50Ms)),
    p97Ms: median(rounds.map((round) => round.p97Ms)),
    p99Ms: median(rounds.map((round) => round.p99Ms)),
    failures: rounds.reduce((sum, round) => sum + round.failures, 0),
  }));
  const peer = sides.at(-1)?.requestsPerSecond ?? 0;
  return sides.map((side) => ({ ...side, ratio: peer === 0 ? 0 : side.requestsPerSecond / peer }));
}

export function formatTable(comparison: Comparison): string {
  const rows = summarise(comparison).map((side) => [
    side.name,
    side.requestsPerSecond.toFixed(0),
    side.p50Ms.toFixed(1),
    side.p97Ms.toFixed(1),
    side.p99Ms.toFixed(1),
    String(side.failures),
    `${side.ratio.toFixed(2)}x`,
  ]);
  const table = [['', 'req/s', 'p50 ms', 'p97.5 ms', 'p99 ms', 'failed', 'ratio'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return [comparison.title, ...lines].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
