/** Calls `beat` at an interval for as long as there is traffic, and once more after it has ended. */
export interface Heartbeat {
  /** Reports traffic. */
  touch(): void;
  stop(): void;
}

export function createHeartbeat(intervalMs: number, beat: () => void): Heartbeat {
  let touched = false;
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  function onTimer(): void {
    timer = null;
    if (!touched) return;
    touched = false;
    beat();
    start();
  }

  function start(): void {
    // The timer must not keep a process alive that has nothing else to do.
    timer = setTimeout(onTimer, intervalMs).unref();
  }

  return {
    touch() {
      touched = true;
      if (timer === null && !stopped) start();
    },
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
