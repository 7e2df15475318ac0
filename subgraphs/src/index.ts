/** The only door of @rocket/subgraphs. */

export { createShardMetrics, type ShardMetrics } from './apps/shard-metrics.ts';
export { createShardServer } from './http/shard-server.ts';
export { createWorkerServer } from './http/worker-server.ts';
export { createShard, type Shard, type ShardOptions } from './shard.ts';
export { createWorker, type Worker, type WorkerOptions } from './worker.ts';
