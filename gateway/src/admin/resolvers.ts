import { type AppName, isAppName, RocketError } from '@rocket/schema';
import { namedGraphs } from '../graphs/graph-key.ts';
import { appAdvice, appSlowQueries } from './apps/advice.ts';
import { type ImportInput, importApp } from './apps/import-app.ts';
import { removeApp } from './apps/remove-app.ts';
import type { Settler } from './apps/settler.ts';
import { cacheExplain, type ExplainArguments } from './cache/cache-explain.ts';
import { cacheStatus } from './cache/cache-status.ts';
import { clearCache } from './cache/clear-cache.ts';
import { deadEventMutations, deadEventQueries } from './events/dead-events.ts';
import { eventStatus } from './events/event-status.ts';
import { type EventsArguments, eventsQuery } from './events/events-query.ts';
import type { Exclusive } from './exclusive.ts';
import { moveMutations, moveQueries, moveSubscriptions } from './moves/move-resolvers.ts';
import type { MoveWatch } from './moves/move-watch.ts';
import { type RestoreArguments, restoreApp } from './moves/restore-app.ts';
import { putGraph, removeGraph } from './named-graphs.ts';
import type { AdminContext, AdminParts } from './parts.ts';
import {
  type AddShardArguments,
  addShard,
  removeShard,
  type SetReplicasArguments,
  setShardReplicas,
} from './shards.ts';
import { addUser, listUsers, removeUser } from './users.ts';
import { appView, graphView, shardView } from './views.ts';
import { webhookMutations, webhookQueries } from './webhooks/webhook-resolvers.ts';

/** What the resolvers use to change apps and graphs. */
interface Changes {
  readonly exclusive: Exclusive;
  readonly settler: Settler;
  readonly watch: MoveWatch;
}

/** Resolvers of `admin.graphql`; the arguments have been checked against it. */
export function adminResolvers(parts: AdminParts, changes: Changes) {
  return {
    Query: queryResolvers(parts),
    Mutation: mutationResolvers(parts, changes),
    Subscription: moveSubscriptions(parts, changes.watch),
  };
}

function queryResolvers(parts: AdminParts) {
  const { catalog, view } = parts;
  return {
    apps: async () => {
      const snapshot = await view.refresh();
      return [...snapshot.apps.values()].map((app) => appView(app, snapshot, parts));
    },
    app: async (_: unknown, { name }: { name: string }) => {
      const snapshot = await view.refresh();
      const record = isAppName(name) ? snapshot.apps.get(name) : undefined;
      return record === undefined ? null : appView(record, snapshot, parts);
    },
    shards: async () => {
      const snapshot = await view.refresh();
      return [...snapshot.shardMap.shards.values()].map((shard) => shardView(shard, snapshot, parts));
    },
    graphs: async () => namedGraphs(await view.refresh()).map(graphView),
    platformUsers: () => catalog.platformUsers.list(),
    appUsers: (_: unknown, { app }: { app: string }) => listUsers(app, parts),
    appAdvice: (_: unknown, { name }: { name: string }) => appAdvice(name, parts),
    appSlowQueries: (_: unknown, { name, plans }: { name: string; plans: boolean }) =>
      appSlowQueries(name, plans, parts),
    events: (_: unknown, args: EventsArguments) => eventsQuery(args, parts),
    eventStatus: () => eventStatus(parts),
    ...deadEventQueries(parts),
    ...webhookQueries(parts),
    ...moveQueries(parts),
    cacheStatus: () => cacheStatus(parts),
    cacheExplain: (_: unknown, args: ExplainArguments, context: AdminContext) =>
      cacheExplain(args, context, parts),
  };
}

function mutationResolvers(parts: AdminParts, changes: Changes) {
  const { exclusive, settler } = changes;
  return {
    ...shardAndGraphMutations(parts, changes),
    ...deadEventMutations(parts),
    ...webhookMutations(parts),
    ...moveMutations(parts, exclusive),
    importApp: async (_: unknown, args: ImportArguments, { actor }: AdminContext) => {
      const input: ImportInput = { ...args, shard: args.shard ?? null, actor };
      const imported = exclusive.run(`the import of ${args.name} by ${actor}`, (catalog) =>
        importApp(input, { ...parts, catalog }),
      );
      // A failed import may have been left open.
      imported.catch(() => settler.soon());
      const { app, ...result } = await imported;
      return { ...result, app: await viewOf(app, parts) };
    },
    restoreApp: async (_: unknown, args: RestoreArguments, { actor }: AdminContext) =>
      await viewOf(
        await exclusive.run(`the restoration of ${args.name} by ${actor}`, (catalog) =>
          restoreApp(args, { ...parts, catalog }),
        ),
        parts,
      ),
    removeApp: (_: unknown, args: RemoveArguments, { actor }: AdminContext) =>
      exclusive.run(`the removal of ${args.name} by ${actor}`, (catalog) =>
        removeApp(args, { ...parts, catalog }),
      ),
    addUser: async (_: unknown, args: AddUserArguments) => {
      await parts.view.refresh();
      return await addUser({ ...args, app: args.app ?? null }, parts);
    },
    removeUser: async (_: unknown, { app, email }: { app?: string | null; email: string }) => {
      await parts.view.refresh();
      await removeUser(app ?? null, email, parts);
      return true;
    },
    clearCache: (_: unknown, { shared }: { shared: boolean }) => clearCache(shared, parts),
  };
}

function shardAndGraphMutations(parts: AdminParts, { exclusive }: Changes) {
  return {
    addShard: (_: unknown, args: AddShardArguments) => addShard(args, parts),
    setShardReplicas: (_: unknown, args: SetReplicasArguments) => setShardReplicas(args, parts),
    removeShard: (_: unknown, args: RemoveArguments, { actor }: AdminContext) =>
      exclusive.run(`the removal of shard ${args.name} by ${actor}`, (catalog) =>
        removeShard(args, { ...parts, catalog }),
      ),
    putGraph: (_: unknown, args: PutGraphArguments, { actor }: AdminContext) =>
      exclusive.run(`the change of graph ${args.name} by ${actor}`, (catalog) =>
        putGraph(args, { ...parts, catalog }),
      ),
    removeGraph: (_: unknown, { name }: { name: string }, { actor }: AdminContext) =>
      exclusive.run(`the removal of graph ${name} by ${actor}`, (catalog) =>
        removeGraph(name, { ...parts, catalog }),
      ),
  };
}

interface RemoveArguments {
  readonly name: string;
  readonly force: boolean;
}

interface PutGraphArguments {
  readonly name: string;
  readonly apps?: readonly string[] | null;
}

interface ImportArguments {
  readonly name: string;
  readonly document: unknown;
  readonly shard?: string | null;
}

interface AddUserArguments {
  readonly app?: string | null;
  readonly email: string;
  readonly password: string;
  readonly roles: readonly string[];
}

async function viewOf(app: AppName, parts: AdminParts) {
  const snapshot = await parts.view.refresh();
  const record = snapshot.apps.get(app);
  if (record === undefined) throw new RocketError('APP_NOT_FOUND', `There is no app ${app}`);
  return appView(record, snapshot, parts);
}
