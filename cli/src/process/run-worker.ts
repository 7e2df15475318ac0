import {
  type Catalog,
  type CatalogView,
  type Component,
  type Config,
  createLogger,
  createMetrics,
  type EventBus,
  type HttpServer,
  type SharedCache,
} from '@rocket/platform';
import { RocketError } from '@rocket/schema';
import { createShardMetrics, createWorkerServer } from '@rocket/subgraphs';
import { type CommandLine, configOf } from '../command-line.ts';
import { listenAsConfigured } from './check-port.ts';
import { eventsComponent } from './events-component.ts';
import { type Late, late } from './late.ts';
import { catalogComponent } from './open-catalog.ts';
import { requireCatalogUrl } from './require-catalog-url.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { sharedCacheComponent } from './shared-cache-component.ts';
import { workerComponent } from './worker-component.ts';

/** One worker process, of any number that share the work. @throws RocketError `BAD_REQUEST` without NATS */
export async function runWorker(line: CommandLine): Promise<void> {
  const config = configOf(line);
  const url = requireCatalogUrl(config);
  requireNats(config);
  const logger = createLogger({ level: config.logLevel, name: 'worker' });
  const metrics = createMetrics({ processMetrics: true });
  const catalog = late<Catalog>('The catalog');
  const view = late<CatalogView>('The view of the catalog');
  const bus = late<EventBus>('The event bus');
  const sharedCache = late<SharedCache>('The shared cache');
  await runUntilStopped({
    logger,
    components: () => [
      catalogComponent({ catalog, view, url: () => url, logger }),
      eventsComponent({ bus, config, logger, name: 'worker' }),
      sharedCacheComponent({ cache: sharedCache, catalog, config, logger, metrics }),
      workerComponent({
        ...{ catalog, view, bus, sharedCache, config, logger },
        metrics: createShardMetrics(metrics),
      }),
      serverComponent(config, () =>
        createWorkerServer({ checkReady: () => checkReady({ catalog, bus }), logger, metrics }),
      ),
    ],
    onStarted: async () => logger.info('the worker works'),
  });
}

/** Without NATS each process keeps its events to itself, so none would ever come to a worker. */
function requireNats({ natsUrls }: Config): void {
  if (natsUrls.length > 0) return;
  throw new RocketError('BAD_REQUEST', 'NATS_URL is not set, so no events would come to the worker', {
    details: { hint: '`rocket start` has a worker in its own process, which needs no NATS' },
  });
}

/** @throws RocketError while the worker can do nothing */
async function checkReady({ catalog, bus }: { catalog: Late<Catalog>; bus: Late<EventBus> }): Promise<void> {
  await catalog.get().ping();
  if (bus.get().state().kind === 'down') throw new RocketError('EVENTS_UNAVAILABLE');
}

function serverComponent(config: Config, create: () => HttpServer): Component {
  let server: HttpServer | undefined;
  return {
    name: 'worker server',
    async start() {
      server = create();
      await listenAsConfigured(server, config);
    },
    async stop() {
      await server?.close();
    },
  };
}
