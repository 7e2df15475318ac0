import { MAINTENANCE_DATABASE, refuseOldServer, serverName, withDatabase } from '@rocket/platform';
import { RocketError, type ShardName, shardName } from '@rocket/schema';
import { dropOrLeave, requireUnused } from './apps/remove-app.ts';
import { requireNoMoves } from './moves/require-unmoved.ts';
import { type AdminParts, publish } from './parts.ts';
import { shardView } from './views.ts';

export interface AddShardArguments {
  readonly name: string;
  readonly databaseUrl?: string | null;
  readonly url?: string | null;
  readonly replicaUrls?: readonly string[] | null;
}

export interface SetReplicasArguments {
  readonly name: string;
  readonly replicaUrls: readonly string[];
  readonly databaseUrl?: string | null;
}

/**
 * Registers a shard; one without an address of its Postgres is served by this process. Without `replicaUrls` the known
 * replicas are kept.
 */
export async function addShard(args: AddShardArguments, parts: AdminParts) {
  const name = shardName(args.name);
  const replicas = args.replicaUrls === null ? undefined : args.replicaUrls?.map(serverAddress);
  if (args.databaseUrl == null) return await addLocalShard(args, parts);
  const databaseUrl = serverAddress(args.databaseUrl);
  await refuseOldServer(databaseUrl);
  await parts.catalog.addShard({
    name,
    databaseUrl,
    url: args.url ?? null,
    ...(replicas === undefined ? {} : { replicaUrls: replicas }),
  });
  return await publishedShard(name, parts);
}

/** @throws RocketError `BAD_REQUEST` when this gateway has no Postgres, or when a URL or replicas are given too */
async function addLocalShard({ name, url, replicaUrls }: AddShardArguments, parts: AdminParts) {
  const shard = shardName(name);
  if (parts.addLocalShard === null) {
    throw new RocketError(
      'BAD_REQUEST',
      `The address of shard ${shard}'s Postgres is missing: this gateway has none of its own`,
    );
  }
  if (url != null || replicaUrls != null) {
    throw new RocketError(
      'BAD_REQUEST',
      'A shard in the process of the gateway has neither a URL nor replicas: give the address of its Postgres with them',
    );
  }
  await parts.addLocalShard(shard);
  return await publishedShard(shard, parts);
}

/** Replaces the replicas of a shard, and the address of its primary where one is given. */
export async function setShardReplicas(args: SetReplicasArguments, parts: AdminParts) {
  const name = shardName(args.name);
  const replicaUrls = args.replicaUrls.map(serverAddress);
  const given = args.databaseUrl ?? null;
  const databaseUrl = given === null ? null : serverAddress(given);
  if (databaseUrl !== null) await refuseOldServer(databaseUrl);
  await parts.catalog.setShardServers(name, { databaseUrl, replicaUrls });
  return await publishedShard(name, parts);
}

export interface RemovedShard {
  readonly name: string;
  /** Apps that were removed with it. */
  readonly apps: readonly string[];
  /** Those of their databases that could not be dropped. */
  readonly leftDatabases: readonly string[];
}

/**
 * Forgets a shard. With `force`, also one that holds apps, which are forgotten too; their data is dropped if the shard
 * still answers.
 * @throws RocketError `CONFLICT` while it holds apps, while relations of apps on other shards name one of them, or while an
 *   app is being moved to it or from it
 */
export async function removeShard(
  args: { readonly name: string; readonly force: boolean },
  parts: AdminParts,
): Promise<RemovedShard> {
  const name = shardName(args.name);
  const snapshot = await parts.view.refresh();
  if (!snapshot.shardMap.shards.has(name)) throw new RocketError('NOT_FOUND', `There is no shard ${name}`);
  const placed = [...snapshot.shardMap.placements.values()].filter(({ shard }) => shard === name);
  if (placed.length > 0 && !args.force) {
    throw holdsApps(
      name,
      placed.map(({ app }) => app),
    );
  }
  requireUnused(
    placed.map(({ app }) => app),
    snapshot,
  );
  await requireNoMoves(name, args, parts);
  if (!args.force) {
    await parts.catalog.removeShard(name);
    await publish(parts);
    return { name, apps: [], leftDatabases: [] };
  }
  const left = new Set<string>();
  for (const { app } of placed) {
    const database = await dropOrLeave(app, parts);
    if (database !== null) left.add(database);
  }
  const removed = await parts.catalog.removeShardWithApps(name);
  await publish(parts);
  return {
    name,
    apps: removed.map(({ app }) => app),
    leftDatabases: removed.map(({ database }) => database).filter((database) => left.has(database)),
  };
}

function holdsApps(name: ShardName, apps: readonly string[]): RocketError {
  return new RocketError('CONFLICT', `Apps are placed on shard ${name}: ${apps.join(', ')}`, {
    details: {
      hint: `remove them first; if its server is lost for good, \`rocket shard remove ${name} --force\` forgets them too`,
    },
  });
}

async function publishedShard(name: ShardName, parts: AdminParts) {
  await publish(parts);
  const shard = parts.view.current.shardMap.shards.get(name);
  if (shard === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${name}`);
  return shardView(shard, parts.view.current, parts);
}

/**
 * The address with a database of the server.
 * @throws RocketError `BAD_REQUEST`: a wrong address is refused here, before it reaches the processes that follow the
 *   catalog
 */
function serverAddress(url: string): string {
  serverName(url);
  return withDatabase(url, MAINTENANCE_DATABASE);
}
