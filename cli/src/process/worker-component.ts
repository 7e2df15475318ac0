import type {
  Catalog,
  CatalogView,
  Component,
  Config,
  EventBus,
  Logger,
  SharedCache,
} from '@rocket/platform';
import type { ShardName } from '@rocket/schema';
import { createWorker, type Shard, type ShardMetrics, type Worker } from '@rocket/subgraphs';
import type { Late } from './late.ts';

/** Runs the workflows of all apps of the catalog. */
export function workerComponent(options: {
  catalog: Late<Catalog>;
  view: Late<CatalogView>;
  bus: Late<EventBus>;
  sharedCache: Late<SharedCache>;
  config: Config;
  logger: Logger;
  metrics: ShardMetrics;
  /** Shards that this process serves. */
  shardHere?: (name: ShardName) => Shard | null;
}): Component {
  const { config, logger, metrics } = options;
  let worker: Worker | undefined;
  return {
    name: 'worker',
    async start() {
      const catalog = options.catalog.get();
      worker = createWorker({
        ...{ catalog, view: options.view.get(), bus: options.bus.get() },
        ...{ sharedCache: options.sharedCache.get(), deadLetters: catalog.deadLetters },
        ...{ config, logger, metrics },
        ...(options.shardHere === undefined ? {} : { shardHere: options.shardHere }),
      });
    },
    async stop() {
      await worker?.close();
    },
  };
}
