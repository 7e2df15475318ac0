/**
 * Which apps this shard serves and at which epoch, by its view of the catalog, which is refreshed when a request has a
 * newer epoch.
 */
import type { CatalogView } from '@rocket/platform';
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
  /** Null for an app that is not placed on this shard, as far as this process knows. */
  here(app: AppName): Placement | null;
  /** Whether the app moves, or has moved away, by the catalog as it is now: what this process has heard may be old. */
  isMoving(placement: Placement): Promise<boolean>;
  /** Wherever it is. Null for an app that this process does not know. */
  of(app: AppName): Placement | null;
  /** Revision of the app's document that is served now, as far as this process knows. */
  activeRevision(app: AppName): Revision | null;
  /** Null for an app that this process does not know. */
  appId(app: AppName): AppId | null;
}

export function createPlacements(
  view: Pick<CatalogView, 'current' | 'refresh'>,
  shard: ShardName,
): Placements {
  const placementOf = (app: AppName) => view.current.shardMap.placements.get(app);
  return {
    admit: async (app, epoch) => {
      let decision = admit(placementOf(app), shard, epoch);
      if (decision === 'refresh') {
        await view.refresh();
        decision = admit(placementOf(app), shard, epoch);
      }
      const placement = placementOf(app);
      if (decision === 'serve' && placement !== undefined) return placement;
      throw new RocketError('WRONG_EPOCH', `App ${app} is not served here at epoch ${epoch}`);
    },
    here: (app) => {
      const placement = placementOf(app);
      return placement?.shard === shard ? placement : null;
    },
    isMoving: async ({ app, epoch }) => {
      await view.refresh();
      const now = placementOf(app);
      return now?.shard !== shard || now.epoch !== epoch || now.state === 'moving';
    },
    of: (app) => placementOf(app) ?? null,
    activeRevision: (app) => view.current.apps.get(app)?.activeRevision ?? null,
    appId: (app) => view.current.apps.get(app)?.id ?? null,
  };
}
