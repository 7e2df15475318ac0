/** The only door of @rocket/subgraphs. */
export { createShardServer } from './http/shard-server.ts';
export { createShardMetrics, type ShardMetrics } from './runtime/shard-metrics.ts';
export { createShard, type Shard, type ShardOptions } from './shard.ts';
