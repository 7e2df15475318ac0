/** Serves an app whose shard is lost from a database that was restored from a backup, on another shard. */
import { type AppName, type Placement, RocketError, type ShardName, shardName } from '@rocket/schema';
import { activateTables } from '../apps/activate-revision.ts';
import { existingApp } from '../apps/existing-app.ts';
import { requireSettled } from '../apps/settle-imports.ts';
import { type AdminParts, publish } from '../parts.ts';
import { requireReady } from './request-move.ts';
import { requireUnmoved } from './require-unmoved.ts';

export interface RestoreArguments {
  readonly name: string;
  readonly shard: string;
  readonly database?: string | null;
}

/**
 * What was written after the backup is lost, and whoever still reaches the lost shard is refused by its epoch.
 * @throws RocketError `CONFLICT` when the app's shard answers, or the database is not the app's; `NOT_FOUND` for an unknown
 *   shard or database; `SHARD_UNAVAILABLE`. The app is where it was then.
 */
export async function restoreApp(args: RestoreArguments, parts: AdminParts): Promise<AppName> {
  await parts.view.refresh();
  const app = existingApp(args.name, parts);
  const { shardMap, apps } = parts.view.current;
  const placement = shardMap.placements.get(app);
  const revision = apps.get(app)?.activeRevision ?? null;
  if (placement === undefined || revision === null)
    throw new RocketError('CONFLICT', `App ${app} has no active document, so nothing can be restored`);
  await requireSettled(app, parts);
  await requireUnmoved(app, parts);
  const shard = shardName(args.shard);
  await requireLost(placement, shard, parts);
  const restored = await parts.catalog.replacePlacement(placement, {
    ...{ shard, database: args.database ?? placement.database, state: 'moving' },
  });
  await parts.view.refresh();
  try {
    await adopt(restored, parts);
    // A backup may be older than the document.
    await parts.catalog.openPlacement(restored);
    await parts.view.refresh();
    await activateTables({ app, revision, sampleData: {} }, parts);
  } catch (error) {
    await takeBack(placement, restored, parts);
    throw error;
  }
  await publish(parts);
  return app;
}

/** A shard that answers takes writes: a copy beside it would lose them. */
async function requireLost({ app, shard }: Placement, to: ShardName, parts: AdminParts): Promise<void> {
  const { shards } = parts.view.current.shardMap;
  const target = shards.get(to);
  if (target === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${to}`);
  const former = shards.get(shard);
  if (former !== undefined && (await isServed(former, parts))) {
    throw new RocketError('CONFLICT', `Shard ${shard} of app ${app} answers: the app is not lost`, {
      details: { hint: `\`rocket app move ${app} --to ${to}\` moves it with all its data` },
    });
  }
  await requireReady(target, parts);
}

async function isServed(
  shard: Parameters<AdminParts['services']['isHealthy']>[0],
  parts: AdminParts,
): Promise<boolean> {
  try {
    await requireReady(shard, parts);
    return true;
  } catch (error) {
    if (error instanceof RocketError && error.code === 'SHARD_UNAVAILABLE') return false;
    throw error;
  }
}

async function adopt({ app, shard, epoch }: Placement, parts: AdminParts): Promise<void> {
  const record = parts.view.current.shardMap.shards.get(shard);
  if (record === undefined) throw new RocketError('NOT_FOUND', `There is no shard ${shard}`);
  await parts.services.of(record).adoptDatabase({ app, epoch });
}

/** The original failure is reported. */
async function takeBack(former: Placement, restored: Placement, parts: AdminParts): Promise<void> {
  const { shard, database } = former;
  try {
    await parts.catalog.replacePlacement(restored, { shard, database, state: former.state });
    await parts.view.refresh();
  } catch (err) {
    parts.logger.error(
      { err, app: former.app },
      'an app that could not be restored is not back in its place',
    );
  }
}
