import {
  type Catalog,
  type CatalogView,
  type Component,
  type Config,
  cleanUpAfter,
  createLogger,
  createMetrics,
  type EventBus,
  type Logger,
  type Metrics,
  type SharedCache,
} from '@rocket/platform';
import { RocketError, type ShardName, shardName } from '@rocket/schema';
import { createShard, createShardMetrics, createShardServer, type Shard } from '@rocket/subgraphs';
import { type CommandLine, configOf } from '../command-line.ts';
import { loopbackUrl } from './addresses.ts';
import { listenAsConfigured } from './check-port.ts';
import { eventsComponent } from './events-component.ts';
import { late } from './late.ts';
import { catalogComponent } from './open-catalog.ts';
import { requireCatalogUrl } from './require-catalog-url.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { sharedCacheComponent } from './shared-cache-component.ts';

/** One shard process: serves the apps placed on the shard to gateways. */
export async function runShard(line: CommandLine, text: string): Promise<void> {
  const name = shardName(text);
  const config = configOf(line);
  const url = requireCatalogUrl(config);
  const logger = createLogger({ level: config.logLevel, name: `shard-${name}` });
  const metrics = createMetrics({ processMetrics: true });
  const catalog = late<Catalog>('The catalog');
  const view = late<CatalogView>('The view of the catalog');
  const bus = late<EventBus>('The event bus');
  const cache = late<SharedCache>('The shared cache');
  const shard = late<Shard>('The shard');
  await runUntilStopped({
    logger,
    components: () => [
      catalogComponent({ catalog, view, url: () => url, logger }),
      eventsComponent({ bus, config, logger, name: `shard-${name}` }),
      sharedCacheComponent({ cache, catalog, config, logger, metrics }),
      {
        name: `shard ${name}`,
        start: async () =>
          shard.set(
            await openShard({
              name,
              catalog: catalog.get(),
              view: view.get(),
              bus: bus.get(),
              sharedCache: cache.get(),
              config,
              logger,
              metrics,
            }),
          ),
        stop: () => shard.get().close(),
      },
      shardServerComponent({
        name,
        catalog: () => catalog.get(),
        shard: () => shard.get(),
        config,
        logger,
        metrics,
      }),
    ],
    onStarted: async () => logger.info({ shard: name }, 'the shard serves'),
  });
}

interface ShardParts {
  readonly name: ShardName;
  readonly catalog: Catalog;
  readonly view: CatalogView;
  readonly bus: EventBus;
  readonly sharedCache: SharedCache;
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

async function openShard({ metrics, ...parts }: ShardParts): Promise<Shard> {
  try {
    return await createShard({ ...parts, metrics: createShardMetrics(metrics) });
  } catch (error) {
    if (!(error instanceof RocketError && error.code === 'NOT_FOUND')) throw error;
    throw new RocketError('NOT_FOUND', `There is no shard ${parts.name} in the catalog`, {
      cause: error,
      details: { hint: `add it with \`rocket shard add ${parts.name} --database postgres://...\`` },
    });
  }
}

function shardServerComponent(
  parts: Omit<ShardParts, 'catalog' | 'view' | 'bus' | 'sharedCache'> & {
    catalog: () => Catalog;
    shard: () => Shard;
  },
): Component {
  const { name, catalog, shard, config, logger, metrics } = parts;
  let server: ReturnType<typeof createShardServer> | undefined;
  return {
    name: 'shard server',
    async start() {
      const { internalKey } = await catalog().secrets();
      const opened = createShardServer({
        service: shard(),
        internalKey,
        logger,
        maxBodyBytes: config.maxBodyBytes,
        maxConnections: config.maxConnections,
        checkReady: () => catalog().ping(),
        metrics,
      });
      server = opened;
      const port = await listenAsConfigured(opened, config);
      try {
        // Stored only now, because gateways call the shard as soon as they know its URL.
        await catalog().setShardUrl(name, config.shardUrl ?? loopbackUrl(config.host, port));
      } catch (error) {
        await cleanUpAfter(error, () => opened.close());
        throw error;
      }
    },
    async stop() {
      await server?.close();
    },
  };
}
