/** Every statement on the moves of apps. */
import { type AppName, isMoveDecided, isMoveOver, MOVE_PHASES, writesWait } from '@rocket/schema';
import type { Statement } from '../postgres/queryable.ts';
import type { MoveChange, MoveFilter, MoveLease, MoveProgress, NewMove } from './move-types.ts';

const DEFAULT_LIMIT = 100;
/** In the order of `MoveRow`. */
const COLUMNS = `m.id, m.app, m.app_id, m.source, m.source_database, m.target, m.target_database, m.epoch, m.back_of,
  m.phase, m.requested_by, m.requested_at, m.abort_reason, m.problem, m.progress, m.term, m.mover, m.over_at, m.kept_until,
  m.target_history, m.marker, m.since, m.can_return`;
/** Who is silent for so long has lost it. */
const IS_FREE = 'm.lease_until < clock_timestamp() AND m.held_until < clock_timestamp()';

/** Assignments that leave nothing to a mover: of a former database that is the app's again. */
const RETURNED = `phase = 'returned', kept_until = NULL, mover = NULL, lease_until = '-infinity', term = term + 1`;

/** No row where the app is not placed as the move says. The row of the app is locked, so its placement stays. */
export function insertMove(move: NewMove): Statement {
  const { app, source, target, epoch, backOf, parallel, requestedBy } = move;
  return {
    text: `INSERT INTO app_move AS m (app, app_id, source, source_database, target, target_database, epoch, back_of,
             parallel, requested_by)
           SELECT a.name, a.id, p.shard, p.database, $4, $5, p.epoch, $7, $8, $9
           FROM app a JOIN placement p ON p.app = a.name
           WHERE a.name = $1 AND p.shard = $2 AND p.database = $3 AND p.epoch = $6
             AND ($7::uuid IS NULL OR EXISTS (
               SELECT 1 FROM app_move k WHERE k.id = $7::uuid AND k.phase = 'kept' AND k.kept_until > clock_timestamp()))
           FOR SHARE OF a
           RETURNING ${COLUMNS}`,
    values: [
      app,
      source.shard,
      source.database,
      target.shard,
      target.database,
      epoch,
      backOf,
      parallel,
      requestedBy,
    ],
  };
}

export function selectMoves({
  app = undefined,
  isOpen = false,
  limit = DEFAULT_LIMIT,
}: MoveFilter): Statement {
  return {
    text: `SELECT ${COLUMNS} FROM app_move m
           WHERE ($1::text IS NULL OR m.app = $1) AND (NOT $2::boolean OR m.over_at IS NULL)
           ORDER BY m.requested_at DESC, m.id LIMIT $3::int`,
    values: [app ?? null, isOpen, limit],
  };
}

export function selectMove(id: string): Statement {
  return { text: `SELECT ${COLUMNS} FROM app_move m WHERE m.id = $1::uuid`, values: [id] };
}

export function lockMove(id: string): Statement {
  return { text: `SELECT ${COLUMNS} FROM app_move m WHERE m.id = $1::uuid FOR UPDATE`, values: [id] };
}

export function selectSteps(id: string): Statement {
  return {
    text: 'SELECT number, phase, mover, note, at FROM app_move_step WHERE move = $1::uuid ORDER BY number',
    values: [id],
  };
}

/** One that repeats a step of the last two is not recorded: a move that fails again and again would grow without end. */
export function insertStep(move: string, note: string | null): Statement {
  return {
    text: `INSERT INTO app_move_step (move, number, phase, mover, note)
           SELECT m.id, coalesce((SELECT max(number) FROM app_move_step WHERE move = m.id), 0) + 1, m.phase, m.mover, $2
           FROM app_move m
           WHERE m.id = $1::uuid AND NOT EXISTS (
             SELECT FROM (SELECT * FROM app_move_step WHERE move = m.id ORDER BY number DESC LIMIT 2) l
             WHERE (l.phase, l.mover, l.note) IS NOT DISTINCT FROM (m.phase, m.mover, $2::text) AND $2 IS NOT NULL)`,
    values: [move, note],
  };
}

/** One that nobody has begun is over at once: there is nothing to undo. */
export function updateAborted(id: string, reason: string): Statement {
  return {
    text: `UPDATE app_move m SET abort_reason = coalesce(abort_reason, $2),
             phase = CASE WHEN phase = 'waiting' THEN 'aborted' ELSE phase END,
             over_at = CASE WHEN phase = 'waiting' THEN clock_timestamp() END,
             held_until = '-infinity'
           WHERE m.id = $1::uuid RETURNING ${COLUMNS}`,
    values: [id, reason],
  };
}

/** Who is frozen in the middle of it is ended by the server when their lease ends, so that others can go on. */
export function limitIdle(): Statement {
  return { text: `SELECT set_config('idle_in_transaction_session_timeout', '5s', true)`, values: [] };
}

/** Movers claim one after the other, so that no more moves begin than may be in progress. */
export function lockClaims(): Statement {
  return { text: `SELECT pg_advisory_xact_lock(hashtext('app_move claims'))`, values: [] };
}

/**
 * What holds up writes goes first, then what is in progress, then what waits, then what only is to be cleaned up.
 */
export function claimMove(mover: string, leaseSeconds: number): Statement {
  return {
    text: `UPDATE app_move m SET mover = $1, term = m.term + 1,
             lease_until = clock_timestamp() + make_interval(secs => $2)
           WHERE m.id = (
             SELECT m.id FROM app_move m
             WHERE ${IS_FREE} AND (
               (m.over_at IS NULL AND (m.phase <> 'waiting' OR m.parallel > (
                 SELECT count(*) FROM app_move o
                 WHERE o.source = m.source AND o.over_at IS NULL
                   AND (o.phase <> 'waiting' OR o.lease_until >= clock_timestamp()))))
               OR (m.phase = 'kept' AND (m.kept_until <= clock_timestamp()
                   OR NOT EXISTS (SELECT 1 FROM app a WHERE a.id = m.app_id))
                 AND NOT EXISTS (SELECT 1 FROM placement p
                                 WHERE p.shard = m.source AND p.database = m.source_database)
                 AND NOT EXISTS (SELECT 1 FROM app_move b WHERE b.back_of = m.id AND b.over_at IS NULL)))
             ORDER BY m.phase <> ALL ($3::text[]), m.phase IN ('waiting', 'kept'), m.requested_at
             LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING ${COLUMNS}`,
    values: [mover, leaseSeconds, MOVE_PHASES.filter(writesWait)],
  };
}

export function renewLease(
  { move, term }: MoveLease,
  progress: Partial<MoveProgress>,
  seconds: number,
): Statement {
  return {
    text: `UPDATE app_move m SET lease_until = clock_timestamp() + make_interval(secs => $4), progress = $3::json
           WHERE m.id = $1::uuid AND m.term = $2 RETURNING ${COLUMNS}`,
    values: [move, term, JSON.stringify(progress), seconds],
  };
}

export function releaseLease({ move, term }: MoveLease, againInSeconds: number): Statement {
  return {
    text: `UPDATE app_move SET lease_until = '-infinity', mover = NULL,
             held_until = clock_timestamp() + make_interval(secs => $3)
           WHERE id = $1::uuid AND term = $2`,
    values: [move, term, againInSeconds],
  };
}

/**
 * No row when somebody else has the move, when it is decided and the step would go back behind that, or when it is to be
 * undone and the step would decide it.
 */
export function updatePhase({ move, term }: MoveLease, change: MoveChange): Statement {
  const { phase, problem, keepSeconds, leaseSeconds, placement, canReturn } = change;
  const since = placement?.kind === 'switch' ? placement.since : null;
  return {
    text: `UPDATE app_move m SET phase = $3, problem = CASE WHEN $4::boolean THEN $5 ELSE m.problem END,
             over_at = CASE WHEN $6::boolean THEN coalesce(m.over_at, clock_timestamp()) END,
             kept_until = CASE WHEN $7::float8 IS NULL THEN m.kept_until
               ELSE clock_timestamp() + make_interval(secs => $7::float8) END,
             lease_until = coalesce(clock_timestamp() + make_interval(secs => $10::float8), m.lease_until),
             target_database = coalesce($11, m.target_database), target_history = coalesce($12, m.target_history),
             marker = coalesce($13, m.marker), since = coalesce($14, m.since),
             can_return = coalesce($15, m.can_return), progress = coalesce($17::json, m.progress)
           WHERE m.id = $1::uuid AND m.term = $2 AND ($8::boolean OR m.phase <> ALL ($9::text[]))
             AND (NOT $16::boolean OR m.abort_reason IS NULL)
           RETURNING ${COLUMNS}`,
    values: [
      ...[move, term, phase, problem !== undefined, problem ?? null],
      ...[isMoveOver(phase), keepSeconds ?? null, isMoveDecided(phase), MOVE_PHASES.filter(isMoveDecided)],
      ...[
        leaseSeconds ?? null,
        change.targetDatabase ?? null,
        change.targetHistory ?? null,
        change.marker ?? null,
      ],
      ...[since, canReturn ?? null, placement?.kind === 'switch'],
      change.progress === undefined ? null : JSON.stringify(change.progress),
    ],
  };
}

/** The document was changed: its tables cannot be followed any more. */
export function endKeeping(app: AppName): Statement {
  return {
    text: `UPDATE app_move SET kept_until = clock_timestamp() WHERE app = $1 AND phase = 'kept'
             AND kept_until > clock_timestamp() RETURNING id`,
    values: [app],
  };
}

/** A former database that is the app's again, as after a restoration, is never dropped. */
export function endKept(
  app: AppName,
  { shard, database }: { readonly shard: string; readonly database: string },
): Statement {
  return {
    text: `UPDATE app_move SET ${RETURNED}
           WHERE app = $1 AND source = $2 AND source_database = $3 AND phase = 'kept'`,
    values: [app, shard, database],
  };
}

/** The move that is taken back has nothing left to keep. */
export function endReturned(id: string): Statement {
  return { text: `UPDATE app_move SET ${RETURNED} WHERE id = $1::uuid`, values: [id] };
}

export interface PlacedWhere {
  readonly app: AppName;
  readonly shard: string;
  readonly epoch: number;
}

/** A row when the app was where it was expected. */
export function setPlacementState({ app, shard, epoch }: PlacedWhere, state: 'active' | 'moving'): Statement {
  return {
    text: `UPDATE placement SET state = $4 WHERE app = $1 AND shard = $2 AND epoch = $3 AND state <> 'offline'
           RETURNING app`,
    values: [app, shard, epoch, state],
  };
}

export function switchPlacement(
  { app, shard, epoch }: PlacedWhere,
  to: { readonly shard: string; readonly database: string; readonly since: string | null },
): Statement {
  return {
    text: `UPDATE placement SET shard = $4, database = $5, since = $6, epoch = epoch + 1
           WHERE app = $1 AND shard = $2 AND epoch = $3 AND state = 'moving' RETURNING app`,
    values: [app, shard, epoch, to.shard, to.database, to.since],
  };
}
