import {
  type Catalog,
  type CatalogSnapshot,
  type CatalogView,
  type Component,
  type Config,
  cleanUpAfter,
  createSerialQueue,
  type EventBus,
  type Logger,
  type SharedCache,
} from '@rocket/platform';
import { RocketError, type ShardName, type ShardRecord, type ShardService, shardName } from '@rocket/schema';
import { createShard, type Shard, type ShardMetrics } from '@rocket/subgraphs';

/** Two, so that the examples behave as on separate shards; both use the same Postgres server. */
const LOCAL_SHARDS: readonly ShardName[] = [shardName('s1'), shardName('s2')];

/** The Postgres server of this process. */
export interface LocalServer {
  readonly url: string;
  /** When true, it may have another port than last time, and it has a password of its own. */
  readonly isEmbedded: boolean;
}

/**
 * Registers the shards of this process in the catalog. When the embedded server has another port than last time, the
 * address of all shards on it is updated.
 */
export async function registerLocalShards(catalog: Catalog, server: LocalServer): Promise<void> {
  const { url: databaseUrl } = server;
  const { shardMap } = await catalog.snapshot();
  for (const name of LOCAL_SHARDS) {
    const known = shardMap.shards.get(name);
    if (known === undefined) await catalog.addShard({ name, databaseUrl, url: null });
    else {
      await catalog.setShardDatabaseUrl(name, databaseUrl);
      await catalog.setShardUrl(name, null);
    }
  }
  for (const name of shardMap.shards.keys()) {
    if (await isOnServer(catalog, name, server)) await catalog.setShardDatabaseUrl(name, databaseUrl);
  }
}

async function isOnServer(catalog: Catalog, name: ShardName, server: LocalServer): Promise<boolean> {
  const { databaseUrl } = await catalog.shardRegistration(name);
  if (!server.isEmbedded) return databaseUrl === server.url;
  const known = new URL(databaseUrl);
  const own = new URL(server.url);
  return (['hostname', 'username', 'password', 'pathname'] as const).every(
    (part) => known[part] === own[part],
  );
}

export interface LocalShards {
  component(metrics: ShardMetrics): Component;
  /** Registers a shard on the server of this process, and serves it at once. @throws RocketError `CONFLICT` */
  add(name: ShardName): Promise<void>;
  /** Null for a shard that does not run here. */
  running(name: ShardName): Shard | null;
  /** @throws RocketError `SHARD_UNAVAILABLE` for a shard that does not run here */
  find(shard: ShardRecord): ShardService;
}

interface LocalShardsOptions {
  readonly catalog: () => Catalog;
  readonly view: () => CatalogView;
  readonly bus: () => EventBus;
  readonly sharedCache: () => SharedCache;
  readonly server: () => LocalServer;
  readonly config: Config;
  readonly logger: Logger;
}

/**
 * The shards that run in this process, called without HTTP: those on its own server that no other process serves. They
 * follow the catalog, so that one that is added, removed, or taken over by a process of its own needs no restart.
 */
export function createLocalShards(options: LocalShardsOptions): LocalShards {
  const running = new Map<ShardName, Shard>();
  const queue = createSerialQueue();
  let follow: () => Promise<void> = async () => undefined;
  let stopFollowing: () => void = () => undefined;
  const close = async (): Promise<void> => {
    stopFollowing();
    await queue.run(() => Promise.all([...running.values()].map((shard) => shard.close())));
  };
  return {
    component: (metrics) => ({
      name: 'shards',
      async start() {
        const { logger } = options;
        const view = options.view();
        // By the view as it is when its turn comes: an older snapshot must not follow a newer one.
        follow = () => queue.run(() => adopt(view.current, { ...options, running, metrics }));
        const followOn = (): void =>
          void follow().catch((err: unknown) =>
            logger.warn({ err }, 'the shards of this process cannot follow the catalog'),
          );
        try {
          await view.refresh();
          await follow();
        } catch (error) {
          await cleanUpAfter(error, close);
          throw error;
        }
        stopFollowing = view.onChange(followOn);
        // It may have changed while the shards were opened.
        followOn();
      },
      stop: close,
    }),
    async add(name) {
      await options.catalog().addShard({ name, databaseUrl: options.server().url, url: null });
      await options.view().refresh();
      await follow();
    },
    running: (name) => running.get(name) ?? null,
    find({ name }) {
      const shard = running.get(name);
      if (shard !== undefined) return shard;
      throw new RocketError('SHARD_UNAVAILABLE', `Shard ${name} does not run in this process and has no URL`);
    },
  };
}

type Adopting = LocalShardsOptions & {
  readonly running: Map<ShardName, Shard>;
  readonly metrics: ShardMetrics;
};

/** Closes the shards that no longer run here, and opens those that do now. */
async function adopt({ shardMap }: CatalogSnapshot, parts: Adopting): Promise<void> {
  const { running, config, logger, metrics } = parts;
  const catalog = parts.catalog();
  const view = parts.view();
  for (const [name, shard] of running) {
    if (shardMap.shards.get(name)?.url === null) continue;
    running.delete(name);
    await shard.close();
  }
  for (const { name, url } of shardMap.shards.values()) {
    if (url !== null || running.has(name)) continue;
    if (!(await isOnServer(catalog, name, parts.server()))) continue;
    const shared = { bus: parts.bus(), sharedCache: parts.sharedCache() };
    running.set(name, await createShard({ name, catalog, view, ...shared, config, logger, metrics }));
  }
}
