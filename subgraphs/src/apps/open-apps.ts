/**
 * The opened apps of a shard: their placements, models and databases. Everything that a process needs of them, whatever
 * it does.
 */
import {
  type Config,
  cleaningUp,
  createStoredDocuments,
  type Database,
  type Logger,
  type SharedCache,
} from '@rocket/platform';
import {
  type AppModel,
  type AppName,
  type GraphRevisionId,
  type Placed,
  type Placement,
  type Revision,
  RocketError,
} from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';
import { type AppStorage, createAppStorage } from '../databases/app-storage.ts';
import {
  createShardDatabases,
  type ShardDatabases,
  type ShardDatabasesOptions,
} from '../databases/shard-databases.ts';
import type { AppOutbox } from '../outbox/app-outbox.ts';
import { createShardOutbox, type ShardOutbox, type ShardOutboxOptions } from '../outbox/shard-outbox.ts';
import { createModels } from './models.ts';
import { createPlacements, type Placements } from './placements.ts';
import { createSubgraphs, type StoredSubgraph } from './subgraphs.ts';

export interface ActiveModel {
  readonly model: AppModel;
  readonly revision: Revision;
}

export interface OpenedApp {
  readonly app: AppName;
  readonly database: Database;
  /** Null when the app has no active revision. */
  readonly active: () => Promise<ActiveModel | null>;
}

export interface OpenAppsOptions
  extends Omit<ShardDatabasesOptions, 'onOpened'>,
    Pick<ShardOutboxOptions, 'bus'> {
  readonly config: ShardDatabasesOptions['config'] & Pick<Config, 'eventsMaxWaiting'>;
  /** What gateways and shards share of what they keep. It stays open when the shard is closed. */
  readonly sharedCache: SharedCache;
  /** Called when an app's database was opened: at its first use, and again at each later epoch. */
  readonly onOpened: (opened: OpenedApp) => void;
}

export interface OpenApps {
  /** @throws RocketError `WRONG_EPOCH` for an app that is not here at this epoch, before anything else is done */
  admit(at: Placed): Promise<Placement>;
  readonly isMoving: Placements['isMoving'];
  /** @throws RocketError `WRONG_EPOCH` when the app was already served at a later epoch */
  database(placement: Placement): AppDatabase;
  /** For what is written to that database. @throws RocketError `WRONG_EPOCH` like `database` */
  outbox(placement: Placement): AppOutbox;
  /** @throws RocketError `WRONG_EPOCH` like `admit` and `database` */
  databaseAt(at: Placed): Promise<AppDatabase>;
  /** The document that is served now, as far as this process knows; null when there is none. */
  active(app: AppName): Promise<ActiveModel | null>;
  /** @throws RocketError `NOT_FOUND` */
  model(app: AppName, revision: Revision): Promise<AppModel>;
  /**
   * @throws RocketError `GRAPH_NOT_FOUND`, `APP_NOT_FOUND` when the app is no member of the graph, `WRONG_EPOCH` when
   *   its name belongs to another app by now
   */
  subgraph(graph: GraphRevisionId, app: AppName): Promise<StoredSubgraph>;
  readonly storage: AppStorage;
  /** URL of the server that takes writes now. @throws RocketError `SHARD_UNAVAILABLE` */
  primaryUrl(): Promise<string>;
  /** Closes the databases once running statements have ended. */
  close(): Promise<void>;
}

/** @throws RocketError `NOT_FOUND` when no shard of this name is registered. */
export async function openApps(options: OpenAppsOptions): Promise<OpenApps> {
  const { catalog, view, name, logger } = options;
  const models = createModels(createStoredDocuments(options));
  const subgraphs = createSubgraphs(catalog, models);
  const placements = createPlacements(view, name);
  const databases = await createShardDatabases({
    ...options,
    onOpened: ({ app }, database) => {
      options.onOpened({ app, database: database.primary, active: () => active(app) });
      return outboxes.opened(app, database);
    },
  });
  const outboxes = createShardOutbox({
    ...options,
    shard: name,
    metrics: options.metrics.outboxes,
    maxWaiting: options.config.eventsMaxWaiting,
    databaseOf: (app) => {
      const placement = placements.here(app);
      return placement === null ? null : databases.get(placement);
    },
    isRemoved: (app) => placements.appId(app) === null,
  });
  const stopFollowing = view.onChange(() => followMoves({ placements, databases, outboxes, logger }));
  const apps: Pick<OpenApps, 'admit' | 'isMoving' | 'database' | 'outbox'> = {
    admit: ({ app, epoch }) => placements.admit(app, epoch),
    isMoving: (placement) => placements.isMoving(placement),
    database: (placement) => databases.get(placement),
    outbox: (placement) => {
      databases.get(placement);
      return outboxes.of(placement.app);
    },
  };
  return {
    ...apps,
    databaseAt: async (at) => apps.database(await apps.admit(at)),
    active,
    model: async (app, revision) => (await models.get(app, revision)).model,
    subgraph: async (graph, app) => {
      const subgraph = await subgraphs.get(graph, app);
      // A gateway that does not know of the removal yet still uses the schema of the former app of this name.
      if (placements.appId(app) === subgraph.appId) return subgraph;
      throw new RocketError('WRONG_EPOCH', `App ${app} is not the one that was asked for`);
    },
    storage: createAppStorage(databases, placements),
    primaryUrl: () => databases.primaryUrl(),
    close: () =>
      cleaningUp(
        () => {
          stopFollowing();
          return databases.close();
        },
        () => outboxes.close(),
      ),
  };

  async function active(app: AppName): Promise<ActiveModel | null> {
    const revision = placements.activeRevision(app);
    return revision === null ? null : { revision, model: (await models.get(app, revision)).model };
  }
}

/** An app that is about to move ends its writers, so that everything is told; one that has moved away is closed. */
function followMoves(parts: {
  readonly placements: Placements;
  readonly databases: ShardDatabases;
  readonly outboxes: ShardOutbox;
  readonly logger: Logger;
}): void {
  const { placements, databases, outboxes, logger } = parts;
  for (const app of databases.apps()) {
    const placement = placements.of(app);
    if (placement === null) continue;
    if (placements.here(app) === null) databases.leave(placement);
    else if (placement.state === 'moving') {
      outboxes
        .of(app)
        .writers.retire()
        .catch((err: unknown) => {
          // The fence of the move ends it.
          logger.warn({ err, app }, 'the writer of an app that moves could not be ended');
        });
    }
  }
}
