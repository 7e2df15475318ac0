import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Added to the signal's number, as shells do. */
const SIGNAL_EXIT_BASE = 128;
/**
 * One Ctrl-C comes several times: from the terminal to the whole process group, from npm to its child, from the launcher
 * to its. Only what comes later is a user who does not want to wait.
 */
const ECHO_MS = 1_000;

/**
 * Calls `stop` at the first signal; one that comes clearly later ends the process at once.
 * @returns the function that takes the handlers away
 */
export function listenForStop(stop: () => void): () => void {
  let firstAtMs: number | undefined;
  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    const nowMs = performance.now();
    if (firstAtMs === undefined) {
      firstAtMs = nowMs;
      stop();
    } else if (nowMs - firstAtMs > ECHO_MS) {
      process.exit(SIGNAL_EXIT_BASE + constants.signals[signal]);
    }
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
