import type { AppRecord, CatalogSnapshot, GraphDefinition } from '@rocket/platform';
import { type ShardRecord, shardOf } from '@rocket/schema';
import { MAIN_GRAPH } from '../graphs/graph-key.ts';
import type { AdminParts } from './parts.ts';
import { shardServers } from './shard-servers.ts';

/** An app in the form of the admin API; the parts that need its document are read only when they are selected. */
export function appView(app: AppRecord, snapshot: CatalogSnapshot, parts: AdminParts) {
  const { name, activeRevision: revision, activeNumber, refersTo, createdAt } = app;
  const placement = snapshot.shardMap.placements.get(name);
  const shard = shardOf(snapshot.shardMap, name);
  const document = async () =>
    revision === null ? null : (await parts.documents({ app: name, revision })).document;
  return {
    name,
    revision: activeNumber,
    refersTo,
    createdAt: createdAt.toISOString(),
    shard: shard === undefined ? null : shardView(shard, snapshot, parts),
    epoch: placement?.epoch ?? null,
    state: placement?.state ?? 'offline',
    url: `/apps/${name}/graphql`,
    document,
    entityCount: async () => (await document())?.entities.length ?? 0,
    webhooks: async () => (await document())?.webhooks.length ?? 0,
    workflows: async () => (await document())?.workflows.map(({ name }) => name) ?? [],
  };
}

export function shardView(shard: ShardRecord, snapshot: CatalogSnapshot, parts: AdminParts) {
  const placed = [...snapshot.shardMap.placements.values()].filter(
    (placement) => placement.shard === shard.name,
  );
  return {
    name: shard.name,
    state: shard.state,
    url: shard.url,
    apps: placed.map((placement) => placement.app).sort(),
    process: async () => processState(shard, await parts.services.isHealthy(shard)),
    healthy: () => parts.services.isHealthy(shard),
    servers: () => shardServers(shard.name, parts),
  };
}

/** A shard without a URL can only be healthy in the gateway's own process. */
function processState({ url }: ShardRecord, isHealthy: boolean) {
  if (url === null) return isHealthy ? 'in_gateway' : 'never_started';
  return isHealthy ? 'answers' : 'silent';
}

export function graphView({ name, apps }: GraphDefinition) {
  return { name, apps, url: name === MAIN_GRAPH ? '/graphql' : `/graphs/${name}/graphql` };
}
