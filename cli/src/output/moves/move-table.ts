/** Moves of apps as tables, for people. */
import type { ListMoveStepsQuery } from '../../admin/generated/operations.ts';
import { formatBytes, formatDuration } from '../numbers.ts';
import { printable } from '../printable.ts';
import { formatTable } from '../table.ts';
import { formatOutcome, formatProgress, type Move, partOf, percentOf } from './move-text.ts';

const MOVES = ['APP', 'FROM', 'TO', 'PHASE', 'PROGRESS', 'BEGAN', 'PROBLEM'];
const STEPS = ['AT', 'PHASE', 'MOVER', 'NOTE'];

export function formatMoves(moves: readonly Move[], whenEmpty: string): string {
  const rows = moves.map((move) => {
    const { app, from, to, phase, isBack, requestedAt, problem } = move;
    const kind = isBack ? `${phase} (back)` : phase;
    return [app, from, to, kind, progressCell(move), requestedAt, problem ?? '-'].map(printable);
  });
  return formatTable(MOVES, rows, whenEmpty);
}

function progressCell(move: Move): string {
  if (move.isOver) return move.pauseMs === null ? '-' : `writes waited ${formatDuration(move.pauseMs)}`;
  const percent = percentOf(move);
  const bytes = partOf(move.bytesDone, move.bytesTotal, formatBytes);
  return [...(percent === null ? [] : [`${percent}%`]), ...(bytes === null ? [] : [bytes])].join(', ') || '-';
}

/** How far a move is, or what came of it, above its steps. */
export function formatSteps(move: ListMoveStepsQuery['moves'][number]): string {
  const rows = move.steps.map(({ at, phase, mover, note }) =>
    [at, phase, mover ?? '-', note ?? '-'].map(printable),
  );
  const head = move.isOver ? formatOutcome(move) : formatProgress(move);
  return `${head}\n\n${formatTable(STEPS, rows, 'It has no steps yet.')}`;
}
