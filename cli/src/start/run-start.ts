import { createGateway } from '@rocket/gateway';
import {
  type Catalog,
  type CatalogView,
  type Config,
  createLogger,
  createMetrics,
  type EventBus,
  type Logger,
  type PlatformUser,
  type SharedCache,
} from '@rocket/platform';
import { WEBHOOKS_CONSUMER, WORKFLOWS_CONSUMER } from '@rocket/schema';
import { createShardMetrics } from '@rocket/subgraphs';
import { type CommandLine, configOf } from '../command-line.ts';
import { eventsComponent } from '../process/events-component.ts';
import { gatewayComponent } from '../process/gateway-component.ts';
import { type Late, late } from '../process/late.ts';
import { catalogComponent } from '../process/open-catalog.ts';
import { type RunControl, runUntilStopped } from '../process/run-until-stopped.ts';
import { sharedCacheComponent } from '../process/shared-cache-component.ts';
import { workerComponent } from '../process/worker-component.ts';
import { type AdminSecret, ensureAdmin } from './admin-user.ts';
import { announce } from './announce.ts';
import { claimDataDir } from './claim-data-dir.ts';
import { importExamples } from './examples.ts';
import { createLocalShards, registerLocalShards } from './local-shards.ts';
import { catalogUrlOn, postgresComponent } from './postgres-component.ts';
import { createProgress, type Progress } from './progress.ts';
import { serverFileComponent } from './server-file-component.ts';

/** What the components of a start make for each other. */
interface StartParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly progress: Progress;
  /** URL of the database `postgres` on the Postgres server. */
  readonly postgresUrl: Late<string>;
  readonly catalog: Late<Catalog>;
  readonly view: Late<CatalogView>;
  readonly bus: Late<EventBus>;
  readonly sharedCache: Late<SharedCache>;
  readonly admin: Late<{ user: PlatformUser; secret: AdminSecret }>;
  readonly port: Late<number>;
  /** Decides `/ready`: true once the examples are imported too. */
  readonly complete: { value: boolean };
}

/** Everything in one process: Postgres, catalog, two shards, a worker, gateway; with the examples at the first start. */
export async function runStart(line: CommandLine): Promise<void> {
  const config = configOf(line);
  const parts: StartParts = {
    config,
    logger: createLogger({ level: logLevel(line, config), name: 'rocket' }),
    progress: createProgress(line.stdout),
    postgresUrl: late('The Postgres server'),
    catalog: late('The catalog'),
    view: late('The view of the catalog'),
    bus: late('The event bus'),
    sharedCache: late('The shared cache'),
    admin: late('The administrator'),
    port: late('The port'),
    complete: { value: false },
  };
  await runUntilStopped({
    logger: parts.logger,
    components: (control) => components(parts, control),
    onStarted: () => {
      parts.complete.value = true;
      return announce(line, { ...parts, admin: parts.admin.get(), port: parts.port.get() });
    },
  });
}

function components(parts: StartParts, { stopping, fail }: RunControl) {
  const { config, logger, progress, catalog, view, admin, port, postgresUrl } = parts;
  const server = () => ({ url: postgresUrl.get(), isEmbedded: config.databaseUrl === null });
  const shards = createLocalShards({
    catalog: () => catalog.get(),
    view: () => view.get(),
    bus: () => parts.bus.get(),
    sharedCache: () => parts.sharedCache.get(),
    server,
    config,
    logger,
  });
  const metrics = createMetrics({ processMetrics: true });
  const shardMetrics = createShardMetrics(metrics);
  return [
    step('data directory', () => claimDataDir(config)),
    postgresComponent({ config, logger, progress, url: postgresUrl, onLost: fail }),
    catalogComponent({ catalog, view, logger, url: () => catalogUrlOn(config, postgresUrl.get()) }),
    step('registration of the shards', () => registerLocalShards(catalog.get(), server())),
    step('administrator', async () => admin.set(await ensureAdmin(catalog.get().platformUsers, config))),
    eventsComponent({
      ...{ bus: parts.bus, config, logger, name: 'rocket' },
      durableConsumers: [WORKFLOWS_CONSUMER, WEBHOOKS_CONSUMER],
    }),
    sharedCacheComponent({ cache: parts.sharedCache, catalog, config, logger, metrics }),
    shards.component(shardMetrics),
    // Behind the shards: it stops before the databases are closed that it writes to.
    workerComponent({
      ...{ catalog, view, bus: parts.bus, sharedCache: parts.sharedCache, config, logger },
      metrics: shardMetrics,
      shardHere: (name) => shards.running(name),
    }),
    gatewayComponent({
      config,
      port,
      create: () =>
        createGateway({
          catalog: catalog.get(),
          view: view.get(),
          bus: parts.bus.get(),
          sharedCache: parts.sharedCache.get(),
          shards: shards.find,
          addLocalShard: shards.add,
          config,
          logger,
          metrics,
          isReady: () => parts.complete.value,
          proposedEmail: isLocal(config) ? admin.get().user.email : null,
        }),
    }),
    serverFileComponent({ config, logger, catalog, view, admin: () => admin.get().user, port }),
    step('examples', () => importExamples({ config, progress, stopping })),
  ];
}

/** Something that is done once and leaves nothing to stop. */
function step(name: string, start: () => Promise<void>) {
  return { name, start, stop: async () => undefined };
}

/** With a Postgres of its own and a schema that everybody may read, this is somebody's own machine, not production. */
function isLocal({ databaseUrl, introspection }: Config): boolean {
  return databaseUrl === null && introspection;
}

/** A person reads this output: by default only what needs attention is logged between the printed lines. */
function logLevel(line: CommandLine, config: Config): Config['logLevel'] {
  return (line.environment['ROCKET_LOG_LEVEL'] ?? '') === '' ? 'warn' : config.logLevel;
}
