import type { AppName, Placement, ShardName } from '@rocket/schema';
import type { Statement } from '../../postgres/queryable.ts';

/** The epoch is above those of a removed app of the same name, so that nobody mistakes its data for this app's. */
export function insertPlacement(app: AppName, shard: ShardName, database: string): Statement {
  return {
    text: `INSERT INTO placement (app, shard, epoch, state, database)
           SELECT $1, $2, coalesce(max(epoch), 0) + 1, 'active', $3 FROM removed_app WHERE name = $1
           RETURNING epoch`,
    values: [app, shard, database],
  };
}

/**
 * Writes are held until the placement is opened. A row, the new epoch, when the app was at that epoch.
 */
export function replacePlacement(
  { app, epoch }: Pick<Placement, 'app' | 'epoch'>,
  to: Pick<Placement, 'shard' | 'database' | 'state'>,
): Statement {
  return {
    text: `UPDATE placement SET shard = $3, database = $4, state = $5, since = NULL, epoch = epoch + 1
           WHERE app = $1 AND epoch = $2 RETURNING epoch`,
    values: [app, epoch, to.shard, to.database, to.state],
  };
}

export function updatePlacementState(
  { app, epoch }: Pick<Placement, 'app' | 'epoch'>,
  state: string,
): Statement {
  return {
    text: 'UPDATE placement SET state = $3 WHERE app = $1 AND epoch = $2 RETURNING epoch',
    values: [app, epoch, state],
  };
}

/** To be called before the app is deleted. */
export function rememberEpoch(app: AppName): Statement {
  return {
    text: `INSERT INTO removed_app (name, epoch) SELECT app, epoch FROM placement WHERE app = $1
           ON CONFLICT (name) DO UPDATE SET epoch = excluded.epoch`,
    values: [app],
  };
}

export function selectPlacedApps(shard: ShardName): Statement {
  return { text: 'SELECT app, database FROM placement WHERE shard = $1 ORDER BY app', values: [shard] };
}
