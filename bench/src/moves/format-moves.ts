import { availableParallelism } from 'node:os';
import { formatTable } from '../measure/report.ts';
import type { Met } from './around-switches.ts';
import type { Copying } from './copying.ts';
import type { MovesResult } from './moves.ts';
import { REQUESTS_PER_SECOND } from './steady-load.ts';
import type { LoadedMove } from './under-load.ts';

/** What was measured, beside the goals. */
export function formatMoves(result: MovesResult | null): string {
  if (result === null) return 'moves: nats-server is not installed, so this scenario is left out\n';
  const { underLoad, copying } = result;
  return [
    'moves: An app moves to another shard while it is used',
    '',
    `${underLoad.rows} rows, ${REQUESTS_PER_SECOND} requests a second, on ${availableParallelism()} processors; seconds of each part`,
    partsTable([...underLoad.moves, underLoad.back]),
    '',
    'The pause of writes, in ms',
    pausesTable([...underLoad.moves, underLoad.back]),
    '',
    `What clients met over ${underLoad.moves.length} moves, in ms (goals: p95 of writes sent in a pause below 250; reads as in the quiet time)`,
    metTable(underLoad.met),
    ...(underLoad.failure === null ? [] : [`The first that failed: ${underLoad.failure}`]),
    '',
    `${copying.rows} rows of an app that nobody uses, medians of ${copying.rounds} (goal: 0.5 of the copy by hand)`,
    copyingTable(copying),
    ...(copying.noDump === null ? [] : [`pg_dump | pg_restore is left out: ${copying.noDump}`]),
    '',
  ].join('\n');
}

function nameOf({ from, to, isBack }: LoadedMove): string {
  return `${from} to ${to}${isBack ? ', back' : ''}`;
}

function partsTable(moves: readonly LoadedMove[]): string {
  const rows = moves.map((move) => {
    const { preparing, copying, indexing, comparing, following, whole } = move.parts;
    return [nameOf(move), ...[preparing, copying, indexing, comparing, following, whole].map(inSeconds)];
  });
  return formatTable([
    ['', 'preparing', 'copying', 'indexing', 'comparing', 'following', 'until switched'],
    ...rows,
  ]);
}

function pausesTable(moves: readonly LoadedMove[]): string {
  const rows = moves.map((move) => [
    nameOf(move),
    ...[move.pauseMs, move.pause.holding, move.pause.fenced, move.pause.opening].map(inMs),
    String(move.attempts),
    ...[move.longestWrite, move.longestRead].map(inMs),
    String(move.failed),
  ]);
  return formatTable([
    ['', 'pause', 'holding', 'fenced', 'opening', 'attempts', 'longest write', 'longest read', 'failed'],
    ...rows,
  ]);
}

function metTable(met: readonly Met[]): string {
  const rows = met.map(({ name, count, failed, p50, p95, p99, most }) => [
    name,
    ...[count, failed].map(String),
    ...[p50, p95, p99, most].map((ms) => ms.toFixed(1)),
  ]);
  return formatTable([['', 'requests', 'failed', 'p50', 'p95', 'p99', 'most'], ...rows]);
}

/** The ratios are those of the copy by hand, in the time of each. */
function copyingTable({ rows: count, sides }: Copying): string {
  const floor = sides.find(({ name }) => name === 'by hand');
  const ratio = (ms: number) => (floor === undefined ? '-' : `${(floor.whole / ms).toFixed(2)}x`);
  const rows = sides.map(({ name, copying, indexing, copiedAndIndexed, whole }) => [
    name,
    ...[copying, indexing, copiedAndIndexed].map(inSeconds),
    ((count * 1_000) / copiedAndIndexed).toFixed(0),
    ratio(copiedAndIndexed),
    inSeconds(whole),
    ratio(whole),
  ]);
  return formatTable([
    ['', 'copying s', 'indexing s', 'both s', 'rows/s', 'ratio', 'moved s', 'ratio'],
    ...rows,
  ]);
}

function inSeconds(ms: number | null): string {
  return ms === null ? '-' : (ms / 1_000).toFixed(2);
}

function inMs(ms: number): string {
  return ms.toFixed(0);
}
