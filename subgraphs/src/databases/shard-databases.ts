/** The databases of a shard's apps, over its primary and replicas. */
import {
  type Catalog,
  type CatalogView,
  type Config,
  createConnectionBudget,
  createDatabase,
  createReplication,
  databaseUrl,
  type Logger,
  type Replication,
  type ReplicationHooks,
  type SlowQuery,
  serverName,
} from '@rocket/platform';
import type { AppName, Placement, ShardName } from '@rocket/schema';
import type { ShardMetrics } from '../apps/shard-metrics.ts';
import { type AppDatabase, createAppDatabase } from './app-database.ts';
import { type AppDatabases, createAppDatabases } from './app-databases.ts';
import { followRegistration } from './follow-registration.ts';

export type DatabaseConfig = Pick<
  Config,
  | 'poolMaxPerApp'
  | 'poolMaxPerProcess'
  | 'poolAcquireTimeoutMs'
  | 'slowQueryMs'
  | 'pgbouncer'
  | 'preparedStatements'
>;

export interface ShardDatabasesOptions {
  readonly name: ShardName;
  readonly catalog: Catalog;
  readonly view: CatalogView;
  readonly config: DatabaseConfig;
  readonly logger: Logger;
  readonly metrics: ShardMetrics;
  readonly onSlowQuery: (app: AppName, query: SlowQuery) => void;
  /** Returns what has to be closed before the database is. */
  readonly onOpened: (placement: Placement, database: AppDatabase) => { close(): Promise<void> };
}

export interface ShardDatabases extends AppDatabases<AppDatabase> {
  /** URL of the server that takes writes now. @throws RocketError `SHARD_UNAVAILABLE` */
  primaryUrl(): Promise<string>;
}

/** @throws RocketError `NOT_FOUND` when no shard of this name is registered. */
export async function createShardDatabases(options: ShardDatabasesOptions): Promise<ShardDatabases> {
  const { name, catalog, view, logger } = options;
  const registration = await catalog.shardRegistration(name);
  const replication = createReplication({
    primaryUrl: registration.databaseUrl,
    replicaUrls: registration.replicaUrls,
    cluster: registration.cluster,
    logger,
    ...metricHooks(options),
    onCluster: (cluster) => follower.report(cluster),
  });
  const follower = followRegistration({
    catalog,
    view,
    shard: name,
    replication,
    onError: (error) => logger.warn({ err: error }, 'the servers of the shard cannot be followed'),
  });
  const open = poolOpener(options, replication);
  const databases = createAppDatabases(open, (error) =>
    logger.warn({ err: error }, 'a database did not close in order'),
  );
  return {
    ...databases,
    primaryUrl: async () => (await replication.primary()).url,
    close: async () => {
      await follower.close();
      await databases.close();
      await replication.close();
    },
  };
}

function metricHooks({ name, metrics }: ShardDatabasesOptions): ReplicationHooks {
  return {
    onServer: (status) => metrics.server(name, status),
    onRemoved: (server) => metrics.serverRemoved(name, server.name),
  };
}

function poolOpener(options: ShardDatabasesOptions, replication: Replication) {
  const { config, logger, metrics, onSlowQuery } = options;
  const budget = createConnectionBudget({ maxPerProcess: config.poolMaxPerProcess });
  return (placement: Placement): AppDatabase => {
    const { app } = placement;
    const pool = (serverUrl: string) =>
      createDatabase({
        url: databaseUrl(serverUrl, placement.database),
        logger,
        applicationName: `rocket-${options.name}-${app}`,
        max: config.poolMaxPerApp,
        acquireTimeoutMs: config.poolAcquireTimeoutMs,
        budget,
        pgbouncer: config.pgbouncer,
        ...(config.preparedStatements ? {} : { maxPrepared: 0 }),
        slowQueryMs: config.slowQueryMs,
        onSlowQuery: (query) => onSlowQuery(app, query),
        onStatement: () => metrics.statement(app),
        observer: metrics.pools.observe(replication.replicated ? `${app}@${serverName(serverUrl)}` : app),
      });
    const database = createAppDatabase({
      replication,
      open: pool,
      logger,
      onRead: (kind) => metrics.read(app, kind),
      since: placement.since,
      beforeClose: () => opened.close(),
    });
    const opened = options.onOpened(placement, database);
    return database;
  };
}
