import { appName, shardName } from '@rocket/schema';
import { createChance } from './chance.ts';
import { startDeliveryChecker } from './delivery-checker.ts';
import { createSimulatedDatabase } from './simulated-database.ts';
import { runSimulatedShard } from './simulated-shard.ts';
import type { Mistake } from './simulated-statements.ts';
import { createSimulatedStream } from './simulated-stream.ts';

export interface SimulationResult {
  /** What was claimed to be delivered and was not. */
  readonly violations: readonly string[];
  /** How often a follower was asked for an app, and how often it was sure. */
  readonly asked: number;
  readonly sure: number;
  readonly commits: number;
}

const RUN_MS = 10_000;
const SHARDS = [
  { shard: shardName('s1'), apps: [appName('crm'), appName('shop')], processes: 2 },
  { shard: shardName('s2'), apps: [appName('desk')], processes: 1 },
];

/**
 * Two shards and two followers, one of which comes later, for some seconds. The caller has set up fake timers, and drops
 * those that are left.
 * @param advance lets so many ms pass
 */
export function simulate(seed: number, mistake: Mistake, advance: (ms: number) => void): SimulationResult {
  const chance = createChance(seed);
  const stream = createSimulatedStream(chance);
  const database = createSimulatedDatabase(chance, mistake === 'settles_forgetfully');
  let drawn = 0;
  const draw = (kind: string): string => {
    drawn += 1;
    return `${kind}${drawn}`;
  };
  for (const { shard, apps, processes } of SHARDS) {
    runSimulatedShard({ chance, stream, apps, processes, surroundings: { database, mistake, shard, draw } });
  }
  const apps = SHARDS.flatMap((shard) => shard.apps);
  const checkers = [0, chance.between(500, 8_000)].map((startMs) =>
    startDeliveryChecker({ stream, chance, apps, commits: database.commits }, startMs),
  );
  advance(RUN_MS);
  const sum = (count: 'asked' | 'sure') => checkers.reduce((total, { counts }) => total + counts[count], 0);
  return {
    violations: checkers.flatMap(({ violations }) => violations),
    asked: sum('asked'),
    sure: sum('sure'),
    commits: database.commits.length,
  };
}
