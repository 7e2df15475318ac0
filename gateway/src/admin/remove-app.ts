import { type AppName, appName, RocketError } from '@rocket/schema';
import { ADMIN_TIMEOUT_MS, type AdminParts, publish } from './parts.ts';

/**
 * Removes an app with its data. False when there was none.
 * @throws RocketError `CONFLICT` while other apps' relations name it
 */
export async function removeApp(name: string, parts: AdminParts): Promise<boolean> {
  const app = appName(name);
  const snapshot = await parts.view.refresh();
  if (!snapshot.apps.has(app)) return false;
  const users = [...snapshot.apps.values()].filter(
    (other) => other.name !== app && other.refersTo.includes(app),
  );
  if (users.length > 0) {
    const names = users.map((other) => other.name).join(', ');
    throw new RocketError('CONFLICT', `App ${app} cannot be removed: it is referred to by ${names}`);
  }
  if (snapshot.apps.get(app)?.activeRevision === null) await forgetApp(app, parts);
  else {
    await dropData(app, parts);
    await parts.catalog.removeApp(app);
  }
  await publish(parts);
  return true;
}

/**
 * Removes an app that was never activated: it has no data that anybody could miss, so a shard that does not answer must
 * not keep it in the catalog. What may be left there is an empty database; the log names it.
 */
export async function forgetApp(app: AppName, parts: AdminParts): Promise<void> {
  const database = parts.view.current.shardMap.placements.get(app)?.database;
  try {
    await dropData(app, parts);
  } catch (error) {
    parts.logger.warn(
      { err: error, app, database },
      'the database of an app that was never activated may be left',
    );
  }
  await parts.catalog.removeApp(app);
}

async function dropData(app: AppName, { shards }: AdminParts): Promise<void> {
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + ADMIN_TIMEOUT_MS } as const;
  await shards.call(call, (service, { epoch }) => service.removeApp({ app, epoch }));
}
