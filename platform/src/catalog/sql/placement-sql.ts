import type { AppName, ShardName } from '@rocket/schema';
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
