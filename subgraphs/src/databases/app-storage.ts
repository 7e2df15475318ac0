/** Creates the databases of the shard's apps at the first activation, and drops them with the app. */
import { createDatabaseIfMissing, databaseExists, dropDatabase } from '@rocket/platform';
import { type Placement, RocketError } from '@rocket/schema';
import { claimDatabase, emptyDatabase, readOwner } from '../activation/database-owner.ts';
import type { Placements } from '../apps/placements.ts';
import type { ShardDatabases } from './shard-databases.ts';

export interface AppStorage {
  /**
   * Creates the app's database when it is missing. @throws RocketError `CONFLICT` when there is one that is not the
   * app's
   */
  prepare(placement: Placement): Promise<void>;
  /** @throws RocketError `NOT_FOUND` when there is no such database, `CONFLICT` when it is not the app's */
  requireOwn(placement: Placement): Promise<void>;
  /**
   * Drops the app's database. One that existed, empty, before a failed import is only emptied. Idempotent.
   * @throws RocketError `CONFLICT` for a database that is not marked as the app's; it is left as it is
   */
  drop(placement: Placement): Promise<void>;
}

export function createAppStorage(databases: ShardDatabases, placements: Placements): AppStorage {
  return {
    async prepare(placement) {
      const { app, database: name } = placement;
      const created = await createDatabaseIfMissing(await databases.primaryUrl(), name);
      const wasServed = placements.activeRevision(app) !== null;
      const claim = { app, id: idOf(placement), name, created, wasServed };
      await claimDatabase(databases.get(placement).primary, claim);
    },

    async requireOwn(placement) {
      const { app, database: name } = placement;
      if (!(await databaseExists(await databases.primaryUrl(), name)))
        throw new RocketError('NOT_FOUND', `The Postgres of the shard has no database ${name}`);
      const owner = await readOwner(databases.get(placement).primary);
      if (owner?.id === idOf(placement)) return;
      throw new RocketError('CONFLICT', `Database ${name} does not say that it is of app ${app}`);
    },

    async drop(placement) {
      const { app, database: name } = placement;
      const serverUrl = await databases.primaryUrl();
      if (!(await databaseExists(serverUrl, name))) return await databases.release(app);
      const { primary } = databases.get(placement);
      const owner = await readOwner(primary);
      if (owner?.id !== idOf(placement)) throw notMarked(placement);
      if (!owner.created && placements.activeRevision(app) === null) return await emptyDatabase(primary);
      await databases.release(app);
      await dropDatabase(serverUrl, name);
    },
  };

  function idOf({ app, epoch }: Placement) {
    const id = placements.appId(app);
    if (id !== null) return id;
    throw new RocketError('WRONG_EPOCH', `App ${app} is not served here at epoch ${epoch}`);
  }
}

function notMarked({ app, database }: Placement): RocketError {
  return new RocketError(
    'CONFLICT',
    `Database ${database} does not say that it is of app ${app}: it is not dropped`,
    {
      details: {
        hint: 'where it is of the app after all, import the document of the app again, which notes that down',
      },
    },
  );
}
