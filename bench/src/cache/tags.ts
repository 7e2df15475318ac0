/** What it costs to read an answer that may be kept: tags are gathered, told, hashed and kept, and the answer with them. */
import { OPERATION_PATH } from '@rocket/schema';
import type { CompareOptions } from '../measure/compare.ts';
import { inTurns, type Measured } from '../measure/in-turns.ts';
import { type Measurement, measure, type Target } from '../measure/load.ts';
import { nestedTwenty } from '../shop/scenario.ts';
import type { CacheWorld } from './cache-world.ts';

const WARM_UP_SECONDS = 3;
/** Requests that are cut off when a round ends cost time and are not counted: few, so that they are a small part. */
const CONNECTIONS = 2;

const SIDE_NAMES = ['shard, no tags', 'shard, tags', 'gateway, cache off', 'gateway, kept'] as const;
export type TagsSide = Measured<(typeof SIDE_NAMES)[number], Measurement>;

/** Pairs: what is compared with, and behind it the same with tags. */
export async function tags(world: CacheWorld, options: CompareOptions): Promise<readonly TagsSide[]> {
  const targets = tagTargets(world);
  const load = { ...options, connections: CONNECTIONS };
  for (const name of SIDE_NAMES) await measure(targets[name], { ...load, seconds: WARM_UP_SECONDS });
  return await inTurns(
    options.rounds,
    SIDE_NAMES.map((name) => ({ name, measure: () => measure(targets[name], load) })),
  );
}

function tagTargets({
  shop: { shard, shop, postgresPid },
  keeping,
  reading,
  callers,
}: CacheWorld): Record<TagsSide['name'], Target> {
  const body = (): string =>
    JSON.stringify({ query: nestedTwenty.query, variables: nestedTwenty.variables() });
  const shared = { body, postgresPid };
  const direct = { ...shared, url: `${shard.url}${OPERATION_PATH}`, pid: shard.pid() };
  const behind = { ...shared, pidsBehind: [shard.pid()] };
  const fresh = { ...callers.clerk, 'cache-control': 'no-cache' };
  return {
    'shard, no tags': { ...direct, name: 'shard, no tags', headers: shard.headers(shop) },
    'shard, tags': { ...direct, name: 'shard, tags', headers: shard.headers(shop, { wantsFacts: true }) },
    'gateway, cache off': { ...behind, ...reading, name: 'gateway, cache off', headers: () => callers.clerk },
    // Reads and keeps every answer, also those that it has.
    'gateway, kept': { ...behind, ...keeping, name: 'gateway, kept', headers: () => fresh },
  };
}
