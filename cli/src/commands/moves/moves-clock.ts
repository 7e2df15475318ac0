import { setTimeout as sleep } from 'node:timers/promises';

/** The time as those who follow moves know it. */
export interface MovesClock {
  /** Only differences mean something. */
  nowMs(): number;
  /** @throws when the signal aborts */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: MovesClock = {
  nowMs: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal }),
};
