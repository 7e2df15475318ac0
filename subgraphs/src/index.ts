/** The only door of @rocket/subgraphs. */

export { createShardMetrics, type ShardMetrics } from './apps/shard-metrics.ts';
export { createShardServer } from './http/shard-server.ts';
export { createShard, type Shard, type ShardOptions } from './shard.ts';
