import { isMoveDecided, isMoveOver, MOVE_PHASE_TEXTS, RocketError } from '@rocket/schema';
import { bumpVersion } from '../catalog/sql/version-sql.ts';
import { isPostgresError, POSTGRES_CODES } from '../postgres/errors.ts';
import type { Database, Transaction } from '../postgres/queryable.ts';
import { readMove, readStep } from './move-row.ts';
import * as sql from './move-sql.ts';
import type { MoveChange, MoveRecord, Moves } from './move-types.ts';

export function moves(database: Database): Moves {
  return {
    request: (move) => requestMove(database, move),
    list: async (filter) => (await database.query(sql.selectMoves(filter))).map(readMove),
    async get(id) {
      const [row] = await database.query(sql.selectMove(id));
      return row === undefined ? null : readMove(row);
    },
    steps: async (id) => (await database.query(sql.selectSteps(id))).map(readStep),
    abort: (id, reason) => database.transaction((tx) => abort(tx, id, reason)),
    claim: (mover, leaseSeconds) =>
      database.transaction(async (tx) => {
        await tx.query(sql.limitIdle());
        await tx.query(sql.lockClaims());
        const [row] = await tx.query(sql.claimMove(mover, leaseSeconds));
        if (row === undefined) return null;
        const move = readMove(row);
        await tx.query(sql.insertStep(move.id, 'taken over'));
        return move;
      }),
    async renew(lease, known, leaseSeconds) {
      const [row] = await database.query(sql.renewLease(lease, known, leaseSeconds));
      return row === undefined ? null : readMove(row);
    },
    async giveBack(lease, againInSeconds) {
      await database.query(sql.releaseLease(lease, againInSeconds));
    },
    advance: (lease, change) =>
      database.transaction(async (tx) => {
        await tx.query(sql.limitIdle());
        const [row] = await tx.query(sql.updatePhase(lease, change));
        if (row === undefined) throw new RocketError('CONFLICT', 'Somebody else has taken over the move');
        const move = readMove(row);
        await tx.query(sql.insertStep(move.id, change.note ?? null));
        if (change.placement !== undefined) await changePlacement(tx, move, change.placement);
        // The target hears of it when it is near.
        if (change.placement !== undefined || change.phase === 'following') await tx.query(bumpVersion());
        return move;
      }),
    endKeeping: async (app) => (await database.query(sql.endKeeping(app))).length > 0,
  };
}

async function requestMove(database: Database, move: Parameters<Moves['request']>[0]): Promise<MoveRecord> {
  try {
    return await database.transaction(async (tx) => {
      // A former database that is about to be dropped cannot be gone back to.
      await tx.query(sql.lockClaims());
      const [row] = await tx.query(sql.insertMove(move));
      if (row === undefined) {
        throw new RocketError('CONFLICT', `App ${move.app} is not on shard ${move.source.shard} any more`);
      }
      const requested = readMove(row);
      await tx.query(sql.insertStep(requested.id, null));
      await tx.query(bumpVersion());
      return requested;
    });
  } catch (error) {
    if (!isPostgresError(error) || error.code !== POSTGRES_CODES.uniqueViolation) throw error;
    throw new RocketError('CONFLICT', `App ${move.app} is being moved already`, {
      cause: error,
      details: { hint: `see \`rocket app moves ${move.app}\`` },
    });
  }
}

async function abort(tx: Transaction, id: string, reason: string): Promise<MoveRecord> {
  await tx.query(sql.limitIdle());
  const [locked] = await tx.query(sql.lockMove(id));
  if (locked === undefined) throw new RocketError('NOT_FOUND', 'There is no such move');
  const move = readMove(locked);
  if (isMoveOver(move.phase) || isMoveDecided(move.phase)) {
    const canGoBack = move.phase === 'switched' || move.phase === 'kept';
    const hint = canGoBack ? { hint: `\`rocket app move ${move.app} --back\` takes it back` } : {};
    throw new RocketError(
      'INVALID_STATE',
      `The move of app ${move.app} cannot be undone any more: ${MOVE_PHASE_TEXTS[move.phase]}`,
      {
        details: hint,
      },
    );
  }
  const [row] = await tx.query(sql.updateAborted(id, reason));
  await tx.query(sql.insertStep(id, `to be undone: ${reason}`));
  await tx.query(bumpVersion());
  return readMove(row ?? locked);
}

/** @throws RocketError `CONFLICT` when the app is not where the move expects it */
async function changePlacement(
  tx: Transaction,
  move: MoveRecord,
  change: NonNullable<MoveChange['placement']>,
): Promise<void> {
  const { app, source, target } = move;
  const atSource = { app, shard: source.shard, epoch: move.epoch };
  const since = change.kind === 'switch' ? change.since : null;
  const atTarget = { app, shard: target.shard, epoch: move.epoch + 1 };
  const statement = {
    hold: () => sql.setPlacementState(atSource, 'moving'),
    release: () => sql.setPlacementState(atSource, 'active'),
    switch: () => sql.switchPlacement(atSource, { ...target, since }),
    open: () => sql.setPlacementState(atTarget, 'active'),
  }[change.kind]();
  const changed = await tx.query(statement);
  if (changed.length === 0) throw new RocketError('CONFLICT', `App ${app} is not where its move expects it`);
  if (change.kind === 'switch' && move.backOf !== null) await tx.query(sql.endReturned(move.backOf));
}
