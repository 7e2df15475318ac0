/** Has apps moved: what is checked before a move is recorded, which a worker then does. */
import { checkServerVersion, drawDatabaseName, type MovePlace, type MoveRecord } from '@rocket/platform';
import {
  type AppName,
  type Placement,
  RocketError,
  type ShardName,
  type ShardRecord,
  shardName,
} from '@rocket/schema';
import { existingApp } from '../apps/existing-app.ts';
import { requireSettled, settleImports } from '../apps/settle-imports.ts';
import { type AdminParts, publish } from '../parts.ts';
import { placeBefore } from './place-before.ts';

export interface MoveAppArguments {
  readonly name: string;
  readonly to?: string | null;
  readonly back: boolean;
}

export interface MoveRequest {
  readonly placement: Placement;
  /** Its database too when it is taken back; else it gets a new one. */
  readonly target: { readonly shard: ShardName; readonly database?: string };
  readonly backOf?: string | null;
  /** Moves away from the same shard that are in progress at once, at most. */
  readonly parallel: number;
  readonly requestedBy: string;
}

/**
 * Has an app moved, or moved back. To be called while no import runs.
 * @throws RocketError `BAD_REQUEST`, `APP_NOT_FOUND`, `NOT_FOUND`, `CONFLICT`, `SHARD_UNAVAILABLE`; nothing was moved
 */
export async function moveApp(
  { name, to, back }: MoveAppArguments,
  requestedBy: string,
  parts: AdminParts,
): Promise<MoveRecord> {
  const wanted = to ?? null;
  if ((wanted !== null) === back) {
    throw new RocketError(
      'BAD_REQUEST',
      'A move goes to a shard that is named, or back: one of them is needed',
    );
  }
  await settleImports(parts);
  await parts.view.refresh();
  const placement = await movablePlacement(existingApp(name, parts), parts);
  const { backOf, ...target } =
    wanted === null ? await placeBefore(placement, parts) : { backOf: null, shard: shardName(wanted) };
  await requireTarget(target.shard, placement, parts);
  const move = await recordMove({ placement, target, backOf, parallel: 1, requestedBy }, parts);
  await publish(parts);
  return move;
}

/** Where an app is that can be moved. @throws RocketError `CONFLICT`, `SHARD_UNAVAILABLE` */
export async function movablePlacement(app: AppName, parts: AdminParts): Promise<Placement> {
  const { apps, shardMap } = parts.view.current;
  await requireSettled(app, parts);
  const placement = shardMap.placements.get(app);
  if (placement === undefined || apps.get(app)?.activeRevision == null) {
    throw new RocketError('CONFLICT', `App ${app} has no active document yet, so there is nothing to move`, {
      details: { hint: 'import its document first' },
    });
  }
  if (placement.state === 'offline') {
    throw new RocketError('CONFLICT', `App ${app} is offline, so it cannot be moved`);
  }
  return placement;
}

/** @throws RocketError `NOT_FOUND`, `CONFLICT`, `SHARD_UNAVAILABLE`, `BAD_REQUEST` for an old Postgres */
async function requireTarget(name: ShardName, { app, shard }: Placement, parts: AdminParts): Promise<void> {
  const record = parts.view.current.shardMap.shards.get(name);
  if (record === undefined) {
    const hint = '`rocket shard list` shows those that there are';
    throw new RocketError('NOT_FOUND', `There is no shard ${name}`, { details: { hint } });
  }
  if (name === shard) throw new RocketError('CONFLICT', `App ${app} is on shard ${name} already`);
  if (record.state === 'draining') {
    throw new RocketError('CONFLICT', `Shard ${name} is drained and takes no apps`, {
      details: { hint: `\`rocket shard drain ${name} --cancel\` lets it take apps again` },
    });
  }
  await requireReady(record, parts);
}

/** @throws RocketError `SHARD_UNAVAILABLE`, `BAD_REQUEST` for an old Postgres */
export async function requireReady(shard: ShardRecord, parts: AdminParts): Promise<void> {
  const { name } = shard;
  if (!(await parts.services.isHealthy(shard))) {
    throw new RocketError('SHARD_UNAVAILABLE', `Shard ${name} does not answer; nothing was moved`, {
      details: { hint: `start it: \`rocket shard --name ${name}\`` },
    });
  }
  const { databaseUrl } = await parts.catalog.shardRegistration(name);
  try {
    await checkServerVersion(databaseUrl);
  } catch (cause) {
    if (cause instanceof RocketError) throw cause;
    const message = `The Postgres of shard ${name} does not answer; nothing was moved`;
    throw new RocketError('SHARD_UNAVAILABLE', message, { cause });
  }
}

/** @throws RocketError `CONFLICT` when the app is being moved already, or has been meanwhile */
export async function recordMove(request: MoveRequest, { catalog, logger }: AdminParts): Promise<MoveRecord> {
  const { placement, backOf = null, parallel, requestedBy } = request;
  const { app, shard, database, epoch } = placement;
  const target: MovePlace = {
    shard: request.target.shard,
    database: request.target.database ?? drawDatabaseName(database),
  };
  const source = { shard, database };
  const move = await catalog.moves.request({
    ...{ app, source, target, epoch, backOf, parallel, requestedBy },
  });
  logger.info({ actor: requestedBy, app, move: move.id, source, target }, 'a move of an app is requested');
  return move;
}
