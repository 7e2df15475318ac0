/** Shows moves while they are followed: rewritten on a terminal, line by line elsewhere, as events for programs. */
import { type CommandLine, print, remark } from '../../command-line.ts';
import { printable } from '../printable.ts';
import { createLiveLines, terminalOf } from './live-lines.ts';
import { formatOutcome, formatProgress, formatTotal, isWaiting, type Move } from './move-text.ts';

const EVERY_MS = 10_000;

export interface MoveView {
  /** A move differs from how it was given before. What came of it is shown once it is over. */
  update(move: Move): void;
  /** Called every second or so, also while nothing changes. */
  tick(): void;
  /** Says something apart from the moves. */
  remark(text: string): void;
  /** Nothing more is shown. */
  end(): void;
}

export interface MoveViewOptions {
  readonly json: boolean;
  /** With a total of all moves; those that wait for their turn are not shown one by one. */
  readonly several: boolean;
  readonly nowMs: () => number;
}

export function createMoveView(line: CommandLine, options: MoveViewOptions): MoveView {
  if (options.json) return createEventView(line);
  const view = terminalOf(line.stdout) === null ? createPlainView : createTerminalView;
  return withProblems(view(line, options));
}

/** One line of JSON for each change. */
function createEventView(line: CommandLine): MoveView {
  return {
    update: (move) => void line.stdout.write(`${JSON.stringify(move)}\n`),
    tick: nothing,
    remark: (text) => remark(line, text),
    end: nothing,
  };
}

function nothing(): void {
  // Events are written when they come.
}

function createTerminalView(line: CommandLine, { several }: MoveViewOptions): MoveView {
  const live = createLiveLines(line.stdout);
  const moves = new Map<string, Move>();
  const draw = (): void => {
    const open = [...moves.values()].filter((move) => isShown(move, several));
    live.set([...open.map(formatProgress), ...(several ? [formatTotal([...moves.values()])] : [])]);
  };
  return {
    update(move) {
      moves.set(move.id, move);
      if (move.isOver) {
        live.set([]);
        print(line, formatOutcome(move));
      }
      draw();
    },
    tick: draw,
    remark: (text) => live.above(() => remark(line, text)),
    // What is shown last stays.
    end: nothing,
  };
}

/** A line at each change of a phase, and now and then while it lasts. */
function createPlainView(line: CommandLine, { several, nowMs }: MoveViewOptions): MoveView {
  const moves = new Map<string, Move>();
  const shownAtMs = new Map<string, number>();
  let totalAtMs = nowMs();
  const show = (move: Move): void => {
    shownAtMs.set(move.id, nowMs());
    print(line, formatProgress(move));
  };
  const isDue = (atMs: number): boolean => nowMs() - atMs >= EVERY_MS;
  return {
    update(move) {
      const former = moves.get(move.id);
      moves.set(move.id, move);
      if (move.isOver) print(line, formatOutcome(move));
      else if (isShown(move, several) && (former?.phase !== move.phase || !shownAtMs.has(move.id)))
        show(move);
    },
    tick() {
      for (const move of moves.values()) {
        const atMs = shownAtMs.get(move.id);
        if (atMs !== undefined && isDue(atMs) && isShown(move, several)) show(move);
      }
      if (!several || !isDue(totalAtMs)) return;
      totalAtMs = nowMs();
      print(line, formatTotal([...moves.values()]));
    },
    remark: (text) => remark(line, text),
    end() {
      if (several) print(line, formatTotal([...moves.values()]));
    },
  };
}

function isShown(move: Move, several: boolean): boolean {
  return !move.isOver && !(several && isWaiting(move));
}

/** A move that goes on after a problem says it once. */
function withProblems(view: MoveView): MoveView {
  const told = new Map<string, string | null>();
  return {
    ...view,
    update(move) {
      const isNew = move.problem !== null && told.get(move.id) !== move.problem;
      told.set(move.id, move.problem);
      if (isNew && !move.isOver) view.remark(`${move.app}: ${printable(move.problem ?? '')}`);
      view.update(move);
    },
  };
}
