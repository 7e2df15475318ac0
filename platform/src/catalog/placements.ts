/** Placements of apps: the steps of transactions that change and read them. */
import { type AppName, appName, epoch, type Placement, RocketError, type ShardName } from '@rocket/schema';
import { z } from 'zod';
import type { Queryable } from '../postgres/queryable.ts';
import {
  insertPlacement,
  rememberEpoch,
  replacePlacement as replaceStatement,
  selectPlacedApps,
  updatePlacementState,
} from './sql/placement-sql.ts';

const EpochRow = z.tuple([z.number().transform(epoch)]);
const PlacedAppRow = z.tuple([z.string().transform(appName), z.string()]);

/** The first placement of an app. Database errors pass as they are. */
export async function placeApp(
  transaction: Queryable,
  { app, shard, database }: Pick<Placement, 'app' | 'shard' | 'database'>,
): Promise<Placement> {
  const [row] = await transaction.query(insertPlacement(app, shard, database));
  return {
    app,
    shard,
    epoch: EpochRow.parse(row)[0],
    state: 'active',
    database,
    since: null,
    movingTo: null,
  };
}

/** Another place for an app whose data are not copied, but are there. @throws RocketError `CONFLICT` */
export async function replacePlacement(
  transaction: Queryable,
  { app, epoch: from }: Pick<Placement, 'app' | 'epoch'>,
  to: Pick<Placement, 'shard' | 'database' | 'state'>,
): Promise<Placement> {
  const [row] = await transaction.query(replaceStatement({ app, epoch: from }, to));
  if (row === undefined) throw elsewhere(app);
  return { app, ...to, epoch: EpochRow.parse(row)[0], since: null, movingTo: null };
}

/** Its writes are not held any more. @throws RocketError `CONFLICT` */
export async function openPlacement(
  transaction: Queryable,
  placement: Pick<Placement, 'app' | 'epoch'>,
): Promise<void> {
  const changed = await transaction.query(updatePlacementState(placement, 'active'));
  if (changed.length === 0) throw elsewhere(placement.app);
}

function elsewhere(app: AppName): RocketError {
  return new RocketError('CONFLICT', `App ${app} is not where it was any more`);
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
