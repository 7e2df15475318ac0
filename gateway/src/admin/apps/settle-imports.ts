/** Finishes or undoes imports that were left open because a process died or did not answer. */

import type { GraphMember } from '@rocket/schema';
import { buildModel, type Placed, RocketError, type Settlement } from '@rocket/schema';
import { ADMIN_TIMEOUT_MS, type AdminParts, publish } from '../parts.ts';
import { forgetApp } from './remove-app.ts';

/**
 * Asks the shard what became of the activation, and notes that in the catalog: publishes the revision, or marks it as
 * failed. @throws RocketError when the shard or the catalog does not answer; the revision stays open then
 */
export async function settleImport({ app, revision }: GraphMember, parts: AdminParts): Promise<Settlement> {
  const { catalog, shards, view } = parts;
  const call = { app, operation: 'write', deadlineAtMs: Date.now() + ADMIN_TIMEOUT_MS } as const;
  const settlement = await shards.call(call, (service, { epoch }: Placed) =>
    service.settleActivation({ app, epoch, revision }),
  );
  if (settlement === 'abandoned') {
    await catalog.failRevision(app, revision, 'The import ended before the tables were changed');
    return settlement;
  }
  const { document } = await catalog.revision(app, revision);
  const { apps } = await view.refresh();
  await catalog.activateRevision({
    app,
    revision,
    expectedActive: apps.get(app)?.activeRevision ?? null,
    refersTo: buildModel(document, app).refersTo,
  });
  return settlement;
}

/**
 * Settles every import that was left open; call it while no import runs. Imports whose shard does not answer stay open.
 * @returns how many stay open
 */
export async function settleImports(parts: AdminParts): Promise<number> {
  let open = 0;
  for (const member of await parts.catalog.pendingRevisions()) {
    try {
      await settleOne(member, parts);
    } catch (error) {
      open += 1;
      parts.logger.warn(
        { err: error, app: member.app },
        'an import that was left open cannot be settled yet',
      );
    }
  }
  return open;
}

async function settleOne(member: GraphMember, parts: AdminParts): Promise<void> {
  const { app } = member;
  await parts.view.refresh();
  const settlement = await settleImport(member, parts);
  const { apps } = await parts.view.refresh();
  // The app was never served, and its importer got an error.
  if (apps.get(app)?.activeRevision === null) await forgetApp(app, parts);
  await publish(parts);
  parts.logger.info({ app, settlement }, 'an import that was left open was settled');
}

/**
 * @throws RocketError `SHARD_UNAVAILABLE` while it is unknown whether an earlier import has changed the app's tables
 */
export async function requireSettled(app: string, { catalog }: Pick<AdminParts, 'catalog'>): Promise<void> {
  const pending = await catalog.pendingRevisions();
  if (!pending.some((member) => member.app === app)) return;
  throw new RocketError(
    'SHARD_UNAVAILABLE',
    `An earlier import of ${app} has not ended yet, since its shard does not answer; nothing was changed`,
  );
}
