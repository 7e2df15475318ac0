/** The apps of all shards, as a worker process opens them: on the shard where each is placed now. */
import { type AppName, RocketError, type ShardName } from '@rocket/schema';
import { type OpenApps, type OpenAppsOptions, openApps } from '../apps/open-apps.ts';
import { createWorkflowApps, type PlacedDocument, type WorkflowAppsOptions } from './workflow-apps.ts';
import type { WorkflowApp } from './workflows/workflow-app.ts';

export type WorkerShardsOptions = Omit<OpenAppsOptions, 'name' | 'onSlowQuery' | 'onOpened'> &
  Omit<WorkflowAppsOptions, 'metrics'> & {
    /**
     * The apps of a shard that this process serves, which are used then: opened twice, each would have two pools. Null for
     * another one.
     */
    readonly servedHere: (shard: ShardName) => OpenApps | null;
  };

/** An app by the document that is served now. */
export interface PlacedModel extends PlacedDocument {
  readonly apps: OpenApps;
}

export interface WorkerShards {
  /**
   * Null for an app that is not placed, or has no document. @throws RocketError `NOT_READY` while it moves, or its shard is
   * not known yet
   */
  model(app: AppName): Promise<PlacedModel | null>;
  /** URL of the server of a shard that takes writes now. @throws RocketError `NOT_FOUND`, `SHARD_UNAVAILABLE` */
  primaryUrl(shard: ShardName): Promise<string>;
  /** Opens its database. @throws RocketError `WRONG_EPOCH` when it has moved meanwhile */
  open(placed: PlacedModel): WorkflowApp;
  close(): Promise<void>;
}

export function createWorkerShards(options: WorkerShardsOptions): WorkerShards {
  const { view, logger } = options;
  const opened = new Map<ShardName, Promise<OpenApps>>();
  const workflowApps = createWorkflowApps({ ...options, metrics: options.metrics.workflows });
  let isClosed = false;

  function shardApps(name: ShardName): Promise<OpenApps> {
    if (isClosed) return Promise.reject(new RocketError('NOT_READY'));
    const here = options.servedHere(name);
    if (here !== null) return Promise.resolve(here);
    const known = opened.get(name);
    if (known !== undefined) return known;
    const opening = openApps({
      ...options,
      name,
      logger: logger.child({ shard: name }),
      onSlowQuery: () => undefined,
      onOpened: () => undefined,
    });
    opened.set(name, opening);
    // The next one who needs it tries again.
    opening.catch(() => opened.delete(name));
    return opening;
  }

  return {
    async model(app) {
      const placement = view.current.shardMap.placements.get(app);
      if (placement === undefined) return null;
      if (placement.state !== 'active')
        throw new RocketError('NOT_READY', `App ${app} is ${placement.state}`);
      const apps = await shardApps(placement.shard);
      const active = await apps.active(app);
      return active === null ? null : { ...active, placement, apps };
    },
    primaryUrl: async (shard) => await (await shardApps(shard)).primaryUrl(),
    open: (placed) => workflowApps.open(placed.apps, placed),
    async close() {
      isClosed = true;
      const all = await Promise.allSettled(opened.values());
      const open = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      await Promise.all(open.map((apps) => apps.close()));
    },
  };
}
