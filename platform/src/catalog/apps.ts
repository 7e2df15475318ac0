import { type AppName, epoch, RocketError, requireFreeName } from '@rocket/schema';
import { z } from 'zod';
import { isPostgresError, POSTGRES_CODES } from '../postgres/errors.ts';
import type { Database } from '../postgres/queryable.ts';
import type { Catalog } from './catalog.ts';
import { createSecret } from './migrate.ts';
import { deleteApp, insertApp, insertPlacement, rememberEpoch, removeAppFromGraphs } from './sql/app-sql.ts';
import { bumpVersion } from './sql/version-sql.ts';

const EpochRow = z.tuple([z.number().transform(epoch)]);

/** Apps and where they are placed. */
export function appCommands(database: Database): Pick<Catalog, 'createApp' | 'removeApp'> {
  return {
    async createApp({ app, shard, database: name }) {
      requireFreeName(app);
      try {
        return await database.transaction(async (transaction) => {
          await transaction.query(insertApp(app, createSecret()));
          const [row] = await transaction.query(insertPlacement(app, shard, name));
          await transaction.query(bumpVersion());
          return { app, shard, epoch: EpochRow.parse(row)[0], state: 'active', database: name };
        });
      } catch (error) {
        throw creationError(error, app);
      }
    },

    removeApp: (app) =>
      database.transaction(async (transaction) => {
        await transaction.query(rememberEpoch(app));
        const removed = await transaction.query(deleteApp(app));
        if (removed.length === 0) return;
        await transaction.query(removeAppFromGraphs(app));
        await transaction.query(bumpVersion());
      }),
  };
}

function creationError(error: unknown, app: AppName): unknown {
  if (!isPostgresError(error)) return error;
  if (error.code === POSTGRES_CODES.foreignKeyViolation) {
    return new RocketError('NOT_FOUND', `The shard for app ${app} is not registered`, { cause: error });
  }
  if (error.code !== POSTGRES_CODES.uniqueViolation) return error;
  const message =
    error.table === 'placement'
      ? 'Another app on that shard has this database'
      : `There is already an app ${app}`;
  return new RocketError('CONFLICT', message, { cause: error });
}
