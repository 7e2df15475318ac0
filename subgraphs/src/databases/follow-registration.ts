/** Follows the list of a shard's servers in the catalog. */
import {
  type Catalog,
  type CatalogSnapshot,
  type CatalogView,
  type ClusterIdentity,
  createSerialQueue,
  type Replication,
} from '@rocket/platform';
import type { ShardName } from '@rocket/schema';

export interface RegistrationFollower {
  /** Stores what was seen of the cluster in the catalog, where all other processes see it. */
  report(cluster: ClusterIdentity): void;
  close(): Promise<void>;
}

/** Updates `replication` to the servers that the catalog lists for the shard. `onError` is called when that failed. */
export function followRegistration(options: {
  catalog: Catalog;
  view: CatalogView;
  shard: ShardName;
  replication: Replication;
  onError: (error: unknown) => void;
}): RegistrationFollower {
  const { catalog, view, shard, replication, onError } = options;
  /** An older registration must not replace a newer one. */
  const queue = createSerialQueue();
  let closed = false;
  let registered: string | null = null;

  function then(step: () => Promise<void>): void {
    void queue.run(async () => {
      if (!closed) await step().catch(onError);
    });
  }

  async function adopt(snapshot: CatalogSnapshot): Promise<void> {
    if (!snapshot.shardMap.shards.has(shard)) return;
    const { databaseUrl, replicaUrls, cluster } = await catalog.shardRegistration(shard);
    registered = databaseUrl;
    replication.update({ primaryUrl: databaseUrl, replicaUrls, cluster });
  }

  const stop = view.onChange((snapshot) => then(() => adopt(snapshot)));
  // The registration may have changed since the caller read it.
  then(() => adopt(view.current));
  return {
    report: (cluster) =>
      then(async () => {
        const databaseUrl = registered ?? (await catalog.shardRegistration(shard)).databaseUrl;
        await catalog.setShardCluster(shard, { cluster, databaseUrl });
      }),
    async close() {
      closed = true;
      stop();
      await queue.idle();
    },
  };
}
