/** Placements of apps: the steps of transactions that change and read them. */
import { type AppName, appName, epoch, type Placement, type ShardName } from '@rocket/schema';
import { z } from 'zod';
import type { Queryable } from '../postgres/queryable.ts';
import { insertPlacement, rememberEpoch, selectPlacedApps } from './sql/placement-sql.ts';

const EpochRow = z.tuple([z.number().transform(epoch)]);
const PlacedAppRow = z.tuple([z.string().transform(appName), z.string()]);

/** The first placement of an app. Database errors pass as they are. */
export async function placeApp(
  transaction: Queryable,
  { app, shard, database }: Pick<Placement, 'app' | 'shard' | 'database'>,
): Promise<Placement> {
  const [row] = await transaction.query(insertPlacement(app, shard, database));
  return { app, shard, epoch: EpochRow.parse(row)[0], state: 'active', database, since: null };
}

/** Keeps the epoch of an app that is about to be deleted, for the next app that gets its name. */
export async function keepEpoch(transaction: Queryable, app: AppName): Promise<void> {
  await transaction.query(rememberEpoch(app));
}

export async function appsPlacedOn(
  transaction: Queryable,
  shard: ShardName,
): Promise<readonly Pick<Placement, 'app' | 'database'>[]> {
  const rows = await transaction.query(selectPlacedApps(shard));
  return rows.map((row) => {
    const [app, database] = PlacedAppRow.parse(row);
    return { app, database };
  });
}
