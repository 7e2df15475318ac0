import { serverName } from '@rocket/platform';
import { RocketError, type ShardName, shardName } from '@rocket/schema';
import { type AdminParts, publish } from './parts.ts';
import { shardView } from './views.ts';

export interface AddShardArguments {
  readonly name: string;
  readonly databaseUrl: string;
  readonly url?: string | null;
  readonly replicaUrls?: readonly string[] | null;
}

export interface SetReplicasArguments {
  readonly name: string;
  readonly replicaUrls: readonly string[];
  readonly databaseUrl?: string | null;
}

/** Registers a shard. Replicas that are not spoken of stay as they are known. */
export async function addShard(args: AddShardArguments, parts: AdminParts) {
  const name = shardName(args.name);
  const replicas = args.replicaUrls ?? null;
  requireAddresses([args.databaseUrl, ...(replicas ?? [])]);
  await parts.catalog.addShard({
    name,
    databaseUrl: args.databaseUrl,
    url: args.url ?? null,
    ...(replicas === null ? {} : { replicaUrls: replicas }),
  });
  return await publishedShard(name, parts);
}

/** Replaces the replicas of a shard, and the address of its primary where one is given. */
export async function setShardReplicas(args: SetReplicasArguments, parts: AdminParts) {
  const name = shardName(args.name);
  const { replicaUrls, databaseUrl = null } = args;
  requireAddresses([...replicaUrls, ...(databaseUrl === null ? [] : [databaseUrl])]);
  await parts.catalog.setShardServers(name, { databaseUrl, replicaUrls });
  return await publishedShard(name, parts);
}

async function publishedShard(name: ShardName, parts: AdminParts) {
  await publish(parts);
  const shard = parts.view.current.shardMap.shards.get(name);
  if (shard === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${name}`);
  return shardView(shard, parts.view.current, parts);
}

/** @throws RocketError `BAD_REQUEST`: refused here, a wrong address does no harm in the processes that follow the catalog */
function requireAddresses(urls: readonly string[]): void {
  for (const url of urls) serverName(url);
}
