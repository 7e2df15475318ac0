/** Which apps this shard serves, and at which epoch: its own view of the catalog, renewed when a request knows better. */
import type { Catalog, CatalogSnapshot } from '@rocket/platform';
import {
  type AppId,
  type AppName,
  admit,
  type Placement,
  type Revision,
  RocketError,
  type ShardName,
} from '@rocket/schema';

export interface Placements {
  /** @throws RocketError `WRONG_EPOCH` before anything is done for the request. */
  admit(app: AppName, epoch: Placement['epoch']): Promise<Placement>;
  /** Revision of the app's document that is served now, as far as this process knows. */
  activeRevision(app: AppName): Revision | null;
  /** Null for an app that this process does not know. */
  appId(app: AppName): AppId | null;
  close(): Promise<void>;
}

export async function createPlacements(
  catalog: Catalog,
  shard: ShardName,
  onError: (error: unknown) => void,
): Promise<Placements> {
  let snapshot = await catalog.snapshot();
  const adopt = (next: CatalogSnapshot) => {
    if (next.version > snapshot.version) snapshot = next;
  };
  const stop = catalog.watch(adopt, onError);
  let refreshing: Promise<void> | undefined;
  const refresh = () => {
    refreshing ??= catalog
      .snapshot()
      .then(adopt)
      .finally(() => {
        refreshing = undefined;
      });
    return refreshing;
  };
  return {
    admit: async (app, epoch) => {
      let decision = admit(snapshot.shardMap.placements.get(app), shard, epoch);
      if (decision === 'refresh') {
        await refresh();
        decision = admit(snapshot.shardMap.placements.get(app), shard, epoch);
      }
      const placement = snapshot.shardMap.placements.get(app);
      if (decision === 'serve' && placement !== undefined) return placement;
      throw new RocketError('WRONG_EPOCH', `App ${app} is not served here at epoch ${epoch}`);
    },
    activeRevision: (app) => snapshot.apps.get(app)?.activeRevision ?? null,
    appId: (app) => snapshot.apps.get(app)?.id ?? null,
    close: stop,
  };
}
