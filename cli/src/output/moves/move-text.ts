/** Moves of apps in words, for people. */
import type { MoveFieldsFragment } from '../../admin/generated/operations.ts';
import { formatBytes, formatDuration, formatNumber } from '../numbers.ts';
import { printable } from '../printable.ts';

export type Move = MoveFieldsFragment;

const BAR_CHARS = 10;
const PERCENT = 100;

/** The app stays where it was. */
export function isGivenUp({ phase }: Move): boolean {
  return phase === 'aborted' || phase === 'failed';
}

/** Nobody has begun it. */
export function isWaiting({ phase, mover }: Move): boolean {
  return phase === 'waiting' && mover === null;
}

/** `crm: rows are copied [####------] 40%, 12 s left, 1.2 MB of 3.0 MB, 153.6 kB/s` and so on. */
export function formatProgress(move: Move): string {
  const percent = percentOf(move);
  const facts = [...(percent === null ? [] : [`${barOf(percent)} ${percent}%`]), ...numbersOf(move)];
  const detail = move.detail === null ? '' : ` (${printable(move.detail)})`;
  return `${move.app}: ${printable(move.text)}${facts.length === 0 ? '' : ` ${facts.join(', ')}`}${detail}`;
}

/** By the bytes, else by the rows; null before either is known. */
export function percentOf({ bytesDone, bytesTotal, rowsDone, rowsTotal }: Move): number | null {
  return share(bytesDone, bytesTotal) ?? share(rowsDone, rowsTotal);
}

/** The total is an estimate, which may turn out too small. */
function share(done: number | null, total: number | null): number | null {
  if (done === null || total === null || total <= 0) return null;
  return Math.min(PERCENT, Math.floor((done / total) * PERCENT));
}

function barOf(percent: number): string {
  const done = Math.floor((percent * BAR_CHARS) / PERCENT);
  return `[${'#'.repeat(done)}${'-'.repeat(BAR_CHARS - done)}]`;
}

/** What matters least is last, where a narrow terminal cuts it off. */
function numbersOf(move: Move): string[] {
  const { bytesPerSecond, remainingMs, expectedPauseMs, pauseMs } = move;
  const bytes = partOf(move.bytesDone, move.bytesTotal, formatBytes);
  const rows = partOf(move.rowsDone, move.rowsTotal, formatNumber);
  return [
    ...(remainingMs === null ? [] : [`${formatDuration(remainingMs)} left`]),
    ...(bytes === null ? [] : [bytes]),
    ...(bytesPerSecond === null ? [] : [`${formatBytes(Math.round(bytesPerSecond))}/s`]),
    ...(expectedPauseMs === null || pauseMs !== null
      ? []
      : [`writes will wait about ${formatDuration(expectedPauseMs)}`]),
    ...(rows === null ? [] : [`${rows} rows`]),
  ];
}

/** `1.2 MB of 3.0 MB`; null when nothing is known, as where a total was never estimated. */
export function partOf(
  done: number | null,
  total: number | null,
  format: (value: number) => string,
): string | null {
  if (done === null || total === 0) return null;
  return total === null ? format(done) : `${format(done)} of ${format(total)}`;
}

const SOON_MS = 60_000;

/** What came of a move that is over. */
export function formatOutcome(move: Move): string {
  const { app, from, to, phase, problem, isBack, pauseMs, keptUntil, overAt } = move;
  if (isGivenUp(move)) {
    const why = problem === null ? '' : `: ${printable(problem)}`;
    return `${app} stays on ${from}, the move to ${to} ${phase === 'failed' ? 'has failed' : 'was aborted'}${why}`;
  }
  if (phase === 'returned') return `${app} was moved to ${to}, and is back on ${from}.`;
  const waited = pauseMs === null ? '' : `; writes waited ${formatDuration(pauseMs)}`;
  // One that is not to be kept is about to be dropped.
  const isKept = keptUntil !== null && Date.parse(keptUntil) > Date.parse(overAt ?? keptUntil) + SOON_MS;
  const kept = !isKept
    ? ''
    : ` The former database is kept until ${keptUntil}; \`rocket app move ${app} --back\` takes it back.`;
  return `${app} is ${isBack ? 'back ' : ''}on ${to}${waited}.${kept}`;
}

/** `3 of 12 apps moved, 1 not moved, 2 in progress, 6 waiting` */
export function formatTotal(moves: readonly Move[]): string {
  const givenUp = moves.filter(isGivenUp).length;
  const moved = moves.filter(({ isOver }) => isOver).length - givenUp;
  const waiting = moves.filter((move) => !move.isOver && isWaiting(move)).length;
  const inProgress = moves.length - givenUp - moved - waiting;
  const parts = [
    `${formatNumber(moved)} of ${formatNumber(moves.length)} apps moved`,
    ...(givenUp === 0 ? [] : [`${formatNumber(givenUp)} not moved`]),
    ...(inProgress === 0 ? [] : [`${formatNumber(inProgress)} in progress`]),
    ...(waiting === 0 ? [] : [`${formatNumber(waiting)} waiting`]),
  ];
  return parts.join(', ');
}
