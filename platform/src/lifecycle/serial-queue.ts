import { within } from './deadline.ts';

/** Runs tasks one at a time, in the order they came. */
export interface SerialQueue {
  /**
   * Settles like the task. A task that fails does not prevent the next from running.
   * @param patience for a task that must not begin too late: after waiting for `waitMs` it rejects with what `tooLate`
   *   throws
   */
  run<T>(task: () => Promise<T>, patience?: Patience): Promise<T>;
  /** Resolves when all tasks that were queued until now are done. */
  idle(): Promise<void>;
}

interface Patience {
  readonly waitMs: number;
  readonly tooLate: () => never;
}

export function createSerialQueue(): SerialQueue {
  let last: Promise<void> = Promise.resolve();
  return {
    async run(task, patience) {
      const { promise: done, resolve: leave } = Promise.withResolvers<void>();
      const turn = last;
      last = turn.then(() => done);
      try {
        await (patience === undefined ? turn : within(patience.waitMs, turn, patience.tooLate));
        return await task();
      } finally {
        leave();
      }
    },
    idle: () => last,
  };
}
