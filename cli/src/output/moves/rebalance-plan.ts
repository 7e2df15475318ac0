/** A plan that would even out the shards, for people. */
import type { PlanRebalanceQuery } from '../../admin/generated/operations.ts';
import { formatBytes, formatNumber } from '../numbers.ts';
import { printable } from '../printable.ts';
import { formatTable } from '../table.ts';

type Plan = PlanRebalanceQuery['rebalancePlan'];

const SHARDS = ['SHARD', 'APPS', 'SIZE', 'SIZE AFTER', 'LOAD', 'LOAD AFTER'];
const MOVES = ['APP', 'FROM', 'TO', 'SIZE', 'LOAD', 'REASON'];

/** The shards before and after, then the moves. */
export function formatPlan({ shards, moves }: Plan): string {
  const tables = [
    formatTable(SHARDS, shards.map(shardCells), 'There are no shards.'),
    formatTable(MOVES, moves.map(moveCells), 'No move would even out the shards.'),
  ];
  return tables.join('\n\n');
}

function shardCells({ name, isCounted, apps, ...shard }: Plan['shards'][number]): string[] {
  return [
    isCounted ? name : `${name} (left as it is)`,
    formatNumber(apps),
    ...[size(shard.bytes), size(shard.bytesAfter)],
    ...[load(shard.transactionsPerSecond), load(shard.transactionsPerSecondAfter)],
  ];
}

function moveCells({ app, from, to, bytes, transactionsPerSecond, reason }: Plan['moves'][number]): string[] {
  return [app, from, to, size(bytes), load(transactionsPerSecond), printable(reason)];
}

/** What is left after moves is computed, so it may have a fraction. */
function size(bytes: number): string {
  return formatBytes(Math.max(0, Math.round(bytes)));
}

function load(transactionsPerSecond: number): string {
  return `${formatNumber(Math.max(0, transactionsPerSecond))} tx/s`;
}
