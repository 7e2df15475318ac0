/** Wakes somebody at the earliest of the times that were asked for. */

/** A database whose clock is set is asked again within this time. */
const MAX_SLEEP_MS = 60_000;

export interface WakeTimer {
  wakeIn(ms: number): void;
  close(): void;
}

export function createWakeTimer(onWake: () => void): WakeTimer {
  let timer: NodeJS.Timeout | null = null;
  /** By `performance.now()`. */
  let wakesAtMs = Number.POSITIVE_INFINITY;
  let isClosed = false;
  const wake = (): void => {
    timer = null;
    wakesAtMs = Number.POSITIVE_INFINITY;
    onWake();
  };
  return {
    wakeIn(ms) {
      const sleepMs = Math.min(Math.max(0, ms), MAX_SLEEP_MS);
      const atMs = performance.now() + sleepMs;
      if (isClosed || atMs >= wakesAtMs) return;
      wakesAtMs = atMs;
      if (timer !== null) clearTimeout(timer);
      // Rounded up: a timer of Node may fire up to a millisecond early.
      timer = setTimeout(wake, Math.ceil(sleepMs) + 1);
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}
