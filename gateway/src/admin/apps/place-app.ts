import { leastLoadedShard, RocketError, type ShardName, shardName } from '@rocket/schema';
import type { AdminParts } from '../parts.ts';

/**
 * Shard for a new app: the requested one, or the least loaded. Only shards that answer count: a dead one has the fewest
 * apps and would get every new one.
 * @throws RocketError `SHARD_UNAVAILABLE`, `CONFLICT` when there is no shard that takes apps, or the requested one is drained
 */
export async function placeApp(wanted: string | null, parts: AdminParts): Promise<ShardName> {
  const { shardMap } = parts.view.current;
  const records = [...shardMap.shards.values()];
  const health = await Promise.all(records.map((shard) => parts.services.isHealthy(shard)));
  const shards = new Map(
    records.filter((_, index) => health[index] === true).map((shard) => [shard.name, shard]),
  );
  if (wanted !== null) {
    const name = shardName(wanted);
    if (shardMap.shards.get(name)?.state === 'draining') throw drained(name);
    if (shards.has(name)) return name;
    throw new RocketError('SHARD_UNAVAILABLE', `Shard ${name} does not answer; nothing was created`);
  }
  const least = leastLoadedShard({ ...shardMap, shards });
  if (least !== null) return least;
  if (leastLoadedShard(shardMap) === null) {
    throw new RocketError('CONFLICT', 'No shard takes apps: add one first');
  }
  throw new RocketError('SHARD_UNAVAILABLE', 'No shard answers; nothing was created');
}

function drained(name: ShardName): RocketError {
  return new RocketError('CONFLICT', `Shard ${name} is drained and takes no apps; nothing was created`, {
    details: { hint: `name another shard; \`rocket shard drain ${name} --cancel\` lets it take apps again` },
  });
}
