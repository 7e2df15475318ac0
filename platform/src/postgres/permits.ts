import { RocketError } from '@rocket/schema';

interface Waiter {
  readonly admit: () => void;
}

/** Counted permission to hold something, first come first served, with a bounded queue. */
export interface Permits {
  /** @throws RocketError `POOL_EXHAUSTED` when the queue is full, or none came free before the deadline. */
  acquire(deadlineAtMs: number): Promise<void>;
  /** Gives one back; call it exactly once for each `acquire` that resolved. */
  release(): void;
  readonly taken: number;
  readonly waiting: number;
}

export function createPermits(options: { max: number; maxWaiting: number; what: string }): Permits {
  const { max, maxWaiting, what } = options;
  const queue: Waiter[] = [];
  let taken = 0;

  function wait(deadlineAtMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waitMs = Math.max(0, deadlineAtMs - Date.now());
      const timer = setTimeout(() => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(exhausted(`no ${what} came free in time`));
      }, waitMs);
      const waiter: Waiter = {
        admit: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      queue.push(waiter);
    });
  }

  return {
    async acquire(deadlineAtMs) {
      if (taken < max) {
        taken += 1;
        return;
      }
      if (queue.length >= maxWaiting) throw exhausted(`too many callers wait for a ${what}`);
      await wait(deadlineAtMs);
    },
    release() {
      // The permit is handed on without being given back: a newcomer cannot overtake the queue.
      const next = queue.shift();
      if (next === undefined) taken -= 1;
      else next.admit();
    },
    get taken() {
      return taken;
    },
    get waiting() {
      return queue.length;
    },
  };
}

function exhausted(reason: string): RocketError {
  return new RocketError('POOL_EXHAUSTED', undefined, { cause: new Error(reason) });
}
