/** Other changes of apps and shards, where a move is in their way. */
import type { MoveRecord } from '@rocket/platform';
import { type AppName, isMoveDecided, MOVE_PHASE_TEXTS, RocketError, type ShardName } from '@rocket/schema';
import type { AdminParts } from '../parts.ts';

type Parts = Pick<AdminParts, 'catalog' | 'view' | 'logger'>;

/** More than there are at a time; the newest come first. */
const MOST_MOVES = 10_000;

/** The move of an app that is in progress; null when it stays where it is. */
export async function openMove(
  app: AppName,
  { catalog }: Pick<Parts, 'catalog'>,
): Promise<MoveRecord | null> {
  const [move] = await catalog.moves.list({ app, isOpen: true, limit: 1 });
  return move ?? null;
}

/** All that are in progress. */
export async function openMoves({ catalog }: Pick<Parts, 'catalog'>): Promise<readonly MoveRecord[]> {
  return await catalog.moves.list({ isOpen: true, limit: MOST_MOVES });
}

/** @throws RocketError `CONFLICT` while the app is being moved; nothing was changed */
export async function requireUnmoved(app: AppName, parts: Pick<Parts, 'catalog'>): Promise<void> {
  const move = await openMove(app, parts);
  if (move !== null) throw beingMoved(move);
}

/** Has the move of an app undone that is about to be forgotten. One that is decided goes on until it finds no app. */
export async function abortForgotten(
  app: AppName,
  reason: string,
  { catalog, logger }: Pick<Parts, 'catalog' | 'logger'>,
): Promise<void> {
  const move = await openMove(app, { catalog });
  if (move === null) return;
  try {
    await catalog.moves.abort(move.id, reason);
  } catch (error) {
    if (!(error instanceof RocketError) || error.code !== 'INVALID_STATE') throw error;
    logger.warn({ app, move: move.id, phase: move.phase }, 'an app is forgotten while its move is decided');
  }
}

/**
 * Checks that no app is lost, and no former database is forgotten, when a shard is removed. With `force` moves of apps that
 * are placed on it are undone, and former databases are forgotten.
 * @throws RocketError `CONFLICT`; nothing was changed
 */
export async function requireNoMoves(
  shard: ShardName,
  { force }: { readonly force: boolean },
  parts: Parts,
): Promise<void> {
  const open = (await openMoves(parts)).filter(
    ({ source, target }) => source.shard === shard || target.shard === shard,
  );
  const inTheWay = open.find((move) => !force || placedOn(move, parts) !== shard);
  if (inTheWay !== undefined) throw movedWith(shard, inTheWay, parts);
  if (!force) await requireNothingKept(shard, parts);
  for (const { app } of open) await abortForgotten(app, `shard ${shard} is removed by force`, parts);
}

async function requireNothingKept(shard: ShardName, { catalog }: Parts): Promise<void> {
  const moves = await catalog.moves.list({ limit: MOST_MOVES });
  const kept = moves.filter(({ phase, source }) => phase === 'kept' && source.shard === shard);
  const [first] = kept;
  if (first === undefined) return;
  const all = kept.map(
    ({ app, keptUntil }) => `${app} (until ${keptUntil?.toISOString() ?? 'it is dropped'})`,
  );
  throw new RocketError('CONFLICT', `Shard ${shard} keeps former databases of apps: ${all.join(', ')}`, {
    details: {
      hint: `wait until they are dropped; \`rocket shard remove ${shard} --force\` forgets them`,
    },
  });
}

function placedOn({ app }: MoveRecord, { view }: Pick<Parts, 'view'>): ShardName | undefined {
  return view.current.shardMap.placements.get(app)?.shard;
}

function movedWith(shard: ShardName, move: MoveRecord, parts: Parts): RocketError {
  const { app, source, target, phase } = move;
  const [direction, other] = source.shard === shard ? ['to', target.shard] : ['from', source.shard];
  const place = placedOn(move, parts) ?? other;
  return new RocketError(
    'CONFLICT',
    `App ${app} is being moved ${direction} shard ${other} (${MOVE_PHASE_TEXTS[phase]}); it is on shard ${place} now`,
    { details: { hint: wayOut(move) } },
  );
}

function beingMoved(move: MoveRecord): RocketError {
  const { app, source, target, phase } = move;
  return new RocketError(
    'CONFLICT',
    `App ${app} is being moved from shard ${source.shard} to ${target.shard}: ${phase} (${MOVE_PHASE_TEXTS[phase]}); nothing was changed`,
    { details: { hint: wayOut(move) } },
  );
}

function wayOut({ app, phase }: MoveRecord): string {
  const wait = `wait until it is over: \`rocket app moves ${app}\` shows how far it is`;
  return isMoveDecided(phase) ? wait : `${wait}; or abort it: \`rocket app move ${app} --abort\``;
}
