import type { EventBus } from '@rocket/platform';
import { type AppName, type ShardMap, shardOf } from '@rocket/schema';

/**
 * Why no event of the app can reach this process, as a sentence; null when it can. Without NATS each process has events
 * of its own, and the silence of another one must not be taken for "nothing happened".
 */
export function unheard(app: AppName, map: ShardMap, bus: Pick<EventBus, 'outlivesProcess'>): string | null {
  if (bus.outlivesProcess) return null;
  const shard = shardOf(map, app);
  if (shard === undefined || shard.url === null) return null;
  return `Shard ${shard.name} is another process, and without NATS_URL its events stay there`;
}
