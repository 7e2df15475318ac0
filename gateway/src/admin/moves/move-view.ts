import type { MoveRecord } from '@rocket/platform';
import { isMoveOver, MOVE_PHASE_TEXTS } from '@rocket/schema';
import type { AdminParts } from '../parts.ts';

/** A move in the form of the admin API; its steps are read only when they are selected. */
export function moveView(move: MoveRecord, { catalog }: Pick<AdminParts, 'catalog'>) {
  const { id, app, source, target, phase, requestedBy, requestedAt, problem, mover, progress } = move;
  return {
    ...{ id, app, phase, requestedBy, problem, mover },
    from: source.shard,
    to: target.shard,
    fromDatabase: source.database,
    toDatabase: target.database,
    text: MOVE_PHASE_TEXTS[phase],
    isOver: isMoveOver(phase),
    isBack: move.backOf !== null,
    requestedAt: requestedAt.toISOString(),
    ...progress,
    overAt: move.overAt?.toISOString() ?? null,
    keptUntil: move.keptUntil?.toISOString() ?? null,
    steps: async () =>
      (await catalog.moves.steps(id)).map((step) => ({ ...step, at: step.at.toISOString() })),
  };
}
