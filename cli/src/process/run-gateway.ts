import { createGateway } from '@rocket/gateway';
import {
  type Catalog,
  type CatalogView,
  createLogger,
  createMetrics,
  type EventBus,
  type SharedCache,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { type CommandLine, configOf } from '../command-line.ts';
import { shownUrl } from './addresses.ts';
import { eventsComponent } from './events-component.ts';
import { addFirstAdmin } from './first-admin.ts';
import { gatewayComponent } from './gateway-component.ts';
import { late } from './late.ts';
import { catalogComponent } from './open-catalog.ts';
import { requireCatalogUrl } from './require-catalog-url.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { sharedCacheComponent } from './shared-cache-component.ts';

/** A gateway whose shards are other processes, found through the catalog. */
export async function runGateway(line: CommandLine): Promise<void> {
  const config = configOf(line);
  const url = requireCatalogUrl(config);
  const logger = createLogger({ level: config.logLevel, name: 'gateway' });
  const catalog = late<Catalog>('The catalog');
  const view = late<CatalogView>('The view of the catalog');
  const bus = late<EventBus>('The event bus');
  const cache = late<SharedCache>('The shared cache');
  const metrics = createMetrics({ processMetrics: true });
  const port = late<number>('The port');
  await runUntilStopped({
    logger,
    components: () => [
      catalogComponent({ catalog, view, url: () => url, logger }),
      {
        name: 'first administrator',
        start: () => addFirstAdmin(catalog.get().platformUsers, config, logger),
        stop: async () => undefined,
      },
      eventsComponent({ bus, config, logger, name: 'gateway' }),
      sharedCacheComponent({ cache, catalog, config, logger, metrics }),
      gatewayComponent({
        config,
        port,
        create: () =>
          createGateway({
            catalog: catalog.get(),
            view: view.get(),
            bus: bus.get(),
            sharedCache: cache.get(),
            shards: ({ name }) => {
              throw new RocketError('SHARD_UNAVAILABLE', `Shard ${name} has not told where it listens`);
            },
            config,
            logger,
            metrics,
          }),
      }),
    ],
    onStarted: async () => logger.info({ url: shownUrl(config.host, port.get()) }, 'the gateway listens'),
  });
}
