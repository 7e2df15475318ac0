import { constants } from 'node:os';
import type { CommandLine } from '../command-line.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Added to the signal's number, as shells do. */
const SIGNAL_EXIT_BASE = 128;
/**
 * One Ctrl-C arrives several times: from the terminal for the whole process group, from npm for its child, and from the
 * launcher for its child. Only a later signal comes from a user who does not want to wait.
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
  for (const signal of SIGNALS) {
    const former = process.listeners(signal);
    process.on(signal, onSignal);
    // The launcher's handlers end the process at once, which is right only until there is something to stop. They are
    // removed after ours are added, because a pending signal is lost when its last handler is removed.
    for (const listener of former) process.off(signal, listener);
  }
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}

/**
 * Runs work that goes on until a signal comes, or nobody reads the output any more. Then its signal aborts, and how it
 * ends does not matter. @throws what it fails with before
 */
export async function untilStopped(
  line: Pick<CommandLine, 'stdout'>,
  work: (stopping: AbortSignal) => Promise<void>,
): Promise<void> {
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  const forget = listenForStop(stop);
  line.stdout.on('error', stop);
  try {
    await work(stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    line.stdout.off('error', stop);
    forget();
  }
}
