import { appName, RocketError } from '@rocket/schema';
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
    throw new RocketError('CONFLICT', `App ${app} cannot be removed: ${names} refers to it`);
  }
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + ADMIN_TIMEOUT_MS } as const;
  await parts.shards.call(call, (service, { epoch }) => service.removeApp({ app, epoch }));
  await parts.catalog.removeApp(app);
  await publish(parts);
  return true;
}
