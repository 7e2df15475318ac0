/** What the tests of moves share: moves, output that is kept, a clock that stands still. */
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { CommandLine } from '../../src/command-line.ts';
import type { MovesClock } from '../../src/commands/moves/moves-clock.ts';
import type { Move } from '../../src/output/moves/move-text.ts';

export const AT = '2026-01-02T03:04:05.678Z';
export const UNTIL = '2026-01-03T03:04:05.678Z';

/** One that waits for a worker. */
export function moveWith(more: Partial<Move> = {}): Move {
  return {
    ...{ id: 'm1', app: 'crm', from: 's1', to: 's2', phase: 'waiting', text: 'waits for a worker' },
    ...{ isOver: false, isBack: false, requestedBy: 'admin', requestedAt: AT },
    ...{
      fromDatabase: 'rocket_crm',
      problem: null,
      mover: null,
      detail: null,
      overAt: null,
      keptUntil: null,
    },
    ...{ rowsDone: null, rowsTotal: null, bytesDone: null, bytesTotal: null, bytesPerSecond: null },
    ...{ remainingMs: null, expectedPauseMs: null, pauseMs: null },
    ...more,
  };
}

export const copying = moveWith({
  ...{ phase: 'copying', text: 'rows are copied', mover: 'worker-1', detail: 'customer' },
  ...{ rowsDone: 1_234, rowsTotal: 3_000, bytesDone: 1_258_292, bytesTotal: 3_145_728 },
  ...{ bytesPerSecond: 157_286.4, remainingMs: 12_000, expectedPauseMs: 120 },
});
export const kept = moveWith({
  ...{ phase: 'kept', text: 'moved; the former database is kept and follows', isOver: true },
  ...{ pauseMs: 112, keptUntil: UNTIL, overAt: AT },
});
export const failed = moveWith({
  ...{ phase: 'failed', text: 'failed; the app is where it was', isOver: true, overAt: AT },
  problem: 'the disk of s2 is full',
});

export interface KeptLine extends CommandLine {
  /** What came since it was asked last. */
  out(): string;
  remarks(): string;
}

/** A command whose output is kept. */
export function keptLine(
  options: { isTTY?: boolean; columns?: number; environment?: NodeJS.ProcessEnv; argv?: string[] } = {},
): KeptLine {
  const { isTTY = false, columns = 200 } = options;
  const stdout = Object.assign(new PassThrough(), { isTTY, columns, rows: 10 });
  const stderr = new PassThrough();
  const read = (stream: PassThrough): string => String(stream.read() ?? '');
  return {
    ...{ argv: options.argv ?? [], environment: options.environment ?? {}, directory: '/' },
    ...{ stdin: new PassThrough(), stdout, stderr },
    out: () => read(stdout),
    remarks: () => read(stderr),
  };
}

export interface ManualClock extends MovesClock {
  /** Lets time pass, and what waited for it do its work. */
  pass(ms: number): Promise<void>;
}

export function manualClock(): ManualClock {
  let atMs = 0;
  const sleepers = new Set<{ dueMs: number; wake: () => void }>();
  return {
    nowMs: () => atMs,
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const sleeper = { dueMs: atMs + ms, wake: resolve };
      const give = (): void => {
        sleepers.delete(sleeper);
        reject(signal.reason);
      };
      if (signal.aborted) give();
      else sleepers.add(sleeper);
      signal.addEventListener('abort', give, { once: true });
      return promise;
    },
    async pass(ms) {
      atMs += ms;
      for (const sleeper of [...sleepers]) {
        if (sleeper.dueMs > atMs) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
      await setImmediate();
    },
  };
}
