/** Makes what apps need that are about to move here, so that their first requests do not wait for it. */
import type { Catalog, CatalogView, Logger } from '@rocket/platform';
import type { AppName, Epoch, ShardName } from '@rocket/schema';
import type { OpenApps } from './open-apps.ts';

export interface ArrivalParts {
  readonly shard: ShardName;
  readonly view: Pick<CatalogView, 'onChange'>;
  readonly catalog: Pick<Catalog, 'graphsWith'>;
  readonly apps: Pick<OpenApps, 'subgraph'>;
  readonly logger: Logger;
}

/** @returns the function that ends it */
export function prepareArrivals({ shard, view, catalog, apps, logger }: ArrivalParts): () => void {
  const prepared = new Map<AppName, Epoch>();

  async function prepare(app: AppName): Promise<void> {
    for (const graph of await catalog.graphsWith(app)) await apps.subgraph(graph, app);
  }

  return view.onChange(({ shardMap }) => {
    for (const { app, movingTo, epoch } of shardMap.placements.values()) {
      if (movingTo !== shard || prepared.get(app) === epoch) continue;
      prepared.set(app, epoch);
      prepare(app).catch((err: unknown) => {
        // The first request makes what is missing.
        logger.debug({ err, app }, 'an app that is about to move here could not be prepared');
      });
    }
  });
}
