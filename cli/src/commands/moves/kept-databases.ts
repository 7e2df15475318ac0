import type { AdminClient } from '../../admin/client.ts';
import { ListAppsDocument, type ListAppsQuery, ListMovesDocument } from '../../admin/generated/operations.ts';
import { formatNumber } from '../../output/numbers.ts';

/** As many as the server gives. */
const ALL_MOVES = 1_000;
/** Later moves of the app may have failed since. */
const SEARCHED_MOVES = 20;

type App = ListAppsQuery['apps'][number];

/** An app that is about to be lost, and what would be left of it. */
export interface LostApp {
  readonly name: string;
  readonly entityCount: number;
  /** Another shard, on which the database is kept from which the app was moved. */
  readonly kept: { readonly shard: string; readonly database: string; readonly until: string | null } | null;
}

/** What the server tells of the apps that are chosen. */
export async function findLostApps(
  client: AdminClient,
  isChosen: (app: App) => boolean,
): Promise<readonly LostApp[]> {
  const { apps } = await client.send(ListAppsDocument, {});
  return await Promise.all(apps.filter(isChosen).map((app) => findLostApp(client, app)));
}

async function findLostApp(client: AdminClient, { name, entityCount, shard }: App): Promise<LostApp> {
  const { moves } = await client.send(ListMovesDocument, { app: name, open: false, limit: SEARCHED_MOVES });
  const kept = moves.find((move) => move.phase === 'kept' && move.from !== shard?.name);
  return {
    name,
    entityCount,
    kept:
      kept === undefined ? null : { shard: kept.from, database: kept.fromDatabase, until: kept.keptUntil },
  };
}

/** A line for each app: what is lost, and a way out where there is one. */
export function lossLines(apps: readonly LostApp[]): readonly string[] {
  return apps.map(({ name, entityCount, kept }) => {
    const all = `  ${name}: all data of its ${formatNumber(entityCount)} ${entityCount === 1 ? 'entity' : 'entities'}`;
    if (kept === null) return `${all}.`;
    const until = kept.until === null ? '' : ` until ${kept.until}`;
    return `${all}. Its former database is kept on ${kept.shard}${until}: instead of removing it, \`rocket app restore-to ${kept.shard} ${name} --database ${kept.database}\` could serve the app from there.`;
  });
}

/** Apps that were moved away from a shard on which their former databases are kept. */
export async function findKeptOn(client: AdminClient, shard: string): Promise<readonly string[]> {
  const { moves } = await client.send(ListMovesDocument, { app: null, open: false, limit: ALL_MOVES });
  const apps = moves.filter(({ phase, from }) => phase === 'kept' && from === shard).map(({ app }) => app);
  return [...new Set(apps)].sort();
}
