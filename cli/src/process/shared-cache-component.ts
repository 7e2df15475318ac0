import { createHash } from 'node:crypto';
import {
  addSharedCacheMetrics,
  type Catalog,
  type Component,
  type Config,
  type Logger,
  type Metrics,
  noSharedCache,
  openRedisCache,
  type SharedCache,
} from '@rocket/platform';
import type { Late } from './late.ts';

const NAMESPACE_LENGTH = 16;

/** Opens the cache that processes share: on Redis where it is configured, else there is none. */
export function sharedCacheComponent(options: {
  cache: Late<SharedCache>;
  catalog: Late<Catalog>;
  config: Pick<Config, 'redisUrl'>;
  logger: Logger;
  metrics: Metrics;
}): Component {
  const { cache, catalog, logger, metrics } = options;
  const { redisUrl: url } = options.config;
  return {
    name: 'shared cache',
    async start() {
      if (url === null) return cache.set(noSharedCache());
      const { internalKey } = await catalog.get().secrets();
      const opened = await openRedisCache({ url, namespace: namespaceOf(internalKey), logger });
      addSharedCacheMetrics(metrics, opened);
      cache.set(opened);
    },
    stop: () => cache.get().close(),
  };
}

/** Names the installation, so that two that share a Redis do not read each other's values. It tells nothing of the key. */
function namespaceOf(internalKey: string): string {
  return createHash('sha256').update(`shared cache ${internalKey}`).digest('hex').slice(0, NAMESPACE_LENGTH);
}
