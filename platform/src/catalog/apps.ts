import { type AppName, RocketError, requireFreeName } from '@rocket/schema';
import { endKept } from '../moves/move-sql.ts';
import { isPostgresError, POSTGRES_CODES } from '../postgres/errors.ts';
import type { Database, Queryable } from '../postgres/queryable.ts';
import type { Catalog } from './catalog.ts';
import { createSecret } from './migrate.ts';
import { keepEpoch, openPlacement, placeApp, replacePlacement } from './placements.ts';
import { deleteApp, insertApp, removeAppFromGraphs } from './sql/app-sql.ts';
import { bumpVersion } from './sql/version-sql.ts';

/** Apps and where they are placed. */
export function appCommands(
  database: Database,
): Pick<Catalog, 'createApp' | 'removeApp' | 'replacePlacement' | 'openPlacement'> {
  return {
    async createApp({ app, shard, database: name }) {
      requireFreeName(app);
      try {
        return await database.transaction(async (transaction) => {
          await transaction.query(insertApp(app, createSecret()));
          const placement = await placeApp(transaction, { app, shard, database: name });
          await transaction.query(bumpVersion());
          return placement;
        });
      } catch (error) {
        throw creationError(error, app);
      }
    },

    replacePlacement: (from, to) =>
      database.transaction(async (transaction) => {
        const placement = await replacePlacement(transaction, from, to);
        await transaction.query(endKept(from.app, to));
        await transaction.query(bumpVersion());
        return placement;
      }),

    openPlacement: (placement) =>
      database.transaction(async (transaction) => {
        await openPlacement(transaction, placement);
        await transaction.query(bumpVersion());
      }),

    removeApp: (app) =>
      database.transaction(async (transaction) => {
        if (await forgetApp(transaction, app)) await transaction.query(bumpVersion());
      }),
  };
}

/** Deletes an app with everything that is stored about it, except its epoch. False when there was none. */
export async function forgetApp(transaction: Queryable, app: AppName): Promise<boolean> {
  await keepEpoch(transaction, app);
  const removed = await transaction.query(deleteApp(app));
  if (removed.length === 0) return false;
  await transaction.query(removeAppFromGraphs(app));
  return true;
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
