import type { CatalogSnapshot } from '@rocket/platform';
import { type AppName, appName, RocketError } from '@rocket/schema';
import { abortForgotten, requireUnmoved } from '../moves/require-unmoved.ts';
import { ADMIN_TIMEOUT_MS, type AdminParts, publish } from '../parts.ts';

/** Short, because the server is probably lost. */
const FORGOTTEN_TIMEOUT_MS = 10_000;

export interface RemovedApp {
  readonly name: string;
  /** False when there was no such app. */
  readonly removed: boolean;
  /** Name of its database, if that could not be dropped. */
  readonly leftDatabase: string | null;
}

/**
 * Removes an app with its data. With `force`, an app whose shard does not answer is forgotten, and its database left.
 * @throws RocketError `CONFLICT` while other apps' relations name it, while it is being moved, or when its database is not
 *   marked as its own
 */
export async function removeApp(
  { name, force }: { readonly name: string; readonly force: boolean },
  parts: AdminParts,
): Promise<RemovedApp> {
  const app = appName(name);
  const snapshot = await parts.view.refresh();
  const record = snapshot.apps.get(app);
  if (record === undefined) return { name, removed: false, leftDatabase: null };
  requireUnused([app], snapshot);
  if (force) await abortForgotten(app, 'the app is removed by force', parts);
  else await requireUnmoved(app, parts);
  const leftDatabase =
    force || record.activeRevision === null ? await forgetApp(app, parts) : await removeWithData(app, parts);
  await publish(parts);
  return { name, removed: true, leftDatabase };
}

/** @throws RocketError `CONFLICT` while relations of other apps name one of these apps */
export function requireUnused(apps: readonly AppName[], snapshot: CatalogSnapshot): void {
  for (const app of apps) {
    const users = [...snapshot.apps.values()].filter(
      (other) => !apps.includes(other.name) && other.refersTo.includes(app),
    );
    if (users.length === 0) continue;
    const names = users.map((other) => other.name).join(', ');
    throw new RocketError('CONFLICT', `App ${app} cannot be removed: it is referred to by ${names}`, {
      details: { hint: `import ${names} without the relations to ${app} first` },
    });
  }
}

async function removeWithData(app: AppName, parts: AdminParts): Promise<null> {
  try {
    await dropData(app, parts);
  } catch (error) {
    throw withWayOut(error, app);
  }
  await parts.catalog.removeApp(app);
  return null;
}

/** Adds a hint about `force`, for admins who know that the server is lost for good. */
function withWayOut(error: unknown, app: AppName): unknown {
  if (!(error instanceof RocketError) || !error.retryable) return error;
  return new RocketError(error.code, `${error.message}; app ${app} was not removed`, {
    cause: error,
    details: {
      ...error.details,
      hint: `start its shard; if its server is lost for good, \`rocket app remove ${app} --force\` forgets the app`,
    },
  });
}

/**
 * Removes an app without regard to its data: an app that was never activated has no data, so a shard that does not
 * answer must not keep it in the catalog. Returns the database that may be left; the log names it too.
 */
export async function forgetApp(app: AppName, parts: AdminParts): Promise<string | null> {
  const left = await dropOrLeave(app, parts);
  await parts.catalog.removeApp(app);
  return left;
}

/** Drops the data of an app that is about to be forgotten. Returns the database when that failed. */
export async function dropOrLeave(app: AppName, parts: AdminParts): Promise<string | null> {
  const database = parts.view.current.shardMap.placements.get(app)?.database ?? null;
  try {
    await dropData(app, parts, FORGOTTEN_TIMEOUT_MS);
    return null;
  } catch (error) {
    parts.logger.warn({ err: error, app, database }, 'the database of a removed app may be left');
    return database;
  }
}

async function dropData(
  app: AppName,
  { shards }: AdminParts,
  timeoutMs: number = ADMIN_TIMEOUT_MS,
): Promise<void> {
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + timeoutMs } as const;
  await shards.call(call, (service, { epoch }) => service.removeApp({ app, epoch }));
}
