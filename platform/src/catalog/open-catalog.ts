import { RocketError } from '@rocket/schema';
import { z } from 'zod';
import { deadLetters } from '../dead-letters/dead-letters.ts';
import { cleanUpAfter } from '../lifecycle/clean-up.ts';
import { moves } from '../moves/moves.ts';
import { platformUsers } from '../platform-users/platform-users.ts';
import { isPostgresError, POSTGRES_CODES } from '../postgres/errors.ts';
import { mapConnectionErrors } from '../postgres/map-connection-errors.ts';
import type { ConnectionBudget } from '../postgres/pool/connection-budget.ts';
import { createDatabase } from '../postgres/pool/database.ts';
import type { Database } from '../postgres/queryable.ts';
import { createDatabaseIfMissing, databaseUrl, MAINTENANCE_DATABASE } from '../postgres/server.ts';
import type { Logger } from '../telemetry/logger.ts';
import { appCommands } from './apps.ts';
import type { Catalog } from './catalog.ts';
import { changeLeases } from './change-lease.ts';
import { graphCommands } from './graphs.ts';
import { migrate } from './migrate.ts';
import { MIGRATIONS } from './migrations/all-migrations.ts';
import { readSnapshot, readVersion } from './read-snapshot.ts';
import { revisionCommands } from './revisions.ts';
import { revocationCommands } from './revoked-users.ts';
import { shardCommands } from './shards.ts';
import { selectSecrets } from './sql/version-sql.ts';
import { watchCatalog } from './watch.ts';

const MAX_CONNECTIONS = 10;

const SecretsRow = z.tuple([z.string(), z.string()]);

export interface CatalogOptions {
  /** URL of the catalog's own database, which is created when missing. */
  readonly url: string;
  readonly logger: Logger;
  readonly budget?: ConnectionBudget;
}

/** Opens the catalog, bringing its tables up to date. Several processes may do so at once. */
export async function openCatalog(options: CatalogOptions): Promise<Catalog> {
  const database = createDatabase({
    url: options.url,
    logger: options.logger,
    applicationName: 'rocket-catalog',
    max: MAX_CONNECTIONS,
    ...(options.budget === undefined ? {} : { budget: options.budget }),
  });
  try {
    await migrateOrCreate(database, options.url);
  } catch (error) {
    await cleanUpAfter(error, () => database.close());
    throw error;
  }
  return catalogOver(
    mapConnectionErrors(
      database,
      (cause) => new RocketError('NOT_READY', 'The catalog does not answer', { cause }),
    ),
    options,
  );
}

async function migrateOrCreate(database: Database, url: string): Promise<void> {
  try {
    await migrate(database, MIGRATIONS);
  } catch (error) {
    if (!isPostgresError(error) || error.code !== POSTGRES_CODES.invalidDatabase) throw error;
    const name = decodeURIComponent(new URL(url).pathname.slice(1));
    await createDatabaseIfMissing(databaseUrl(url, MAINTENANCE_DATABASE), name);
    await migrate(database, MIGRATIONS);
  }
}

function catalogOver(database: Database, { url, logger }: CatalogOptions): Catalog {
  const watches = new Set<() => Promise<void>>();
  let closing: Promise<void> | undefined;

  async function closeOnce(): Promise<void> {
    await Promise.all([...watches].map((stop) => stop()));
    await database.close();
  }

  return {
    snapshot: () => readSnapshot(database),
    watch(listener, onError) {
      if (closing !== undefined) throw new RocketError('NOT_READY', 'The catalog is being closed');
      const stop = watchCatalog({ url, database, listener, onError });
      watches.add(stop);
      return async () => {
        watches.delete(stop);
        await stop();
      };
    },
    async secrets() {
      const [row] = await database.query(selectSecrets());
      const [internalKey, platformTokenSecret] = SecretsRow.parse(row);
      return { internalKey, platformTokenSecret };
    },
    async ping() {
      await readVersion(database);
    },
    ...changeLeases(database, logger),
    ...appCommands(database),
    ...revisionCommands(database),
    ...graphCommands(database),
    ...shardCommands(database),
    ...revocationCommands(database),
    platformUsers: platformUsers(database),
    deadLetters: deadLetters(database),
    moves: moves(database),
    close() {
      closing ??= closeOnce();
      return closing;
    },
  };
}
