import { type Component, createLifecycle, type Logger } from '@rocket/platform';
import { listenForStop } from './listen-for-stop.ts';

/** Controls for the parts of a process. */
export interface RunControl {
  /** Aborted when the process is to end, also in the middle of its start. */
  readonly stopping: AbortSignal;
  /** Stops the process, because it is useless without this part, and reports the error. */
  readonly fail: (error: unknown) => void;
}

export interface Running {
  readonly logger: Logger;
  /** Started in this order, stopped in reverse. */
  readonly components: (control: RunControl) => readonly Component[];
  /** Called once all are started. */
  readonly onStarted: () => Promise<void>;
}

/**
 * Runs the parts of a process until a signal ends it, then exits with code 0, or 1 when a part did not stop in order.
 * A signal during the start stops the parts that were already started.
 * @throws the error of the start, or of a part later
 */
export async function runUntilStopped({ logger, components, onStarted }: Running): Promise<void> {
  // The caller reports a failed start once, as a message; failed stops are logged as usual.
  const level = logger.level;
  const lifecycleLogger = logger.child({}, { level: 'fatal' });
  const lifecycle = createLifecycle(lifecycleLogger);
  const stopping = new AbortController();
  const { promise: stopped, resolve, reject } = Promise.withResolvers<number>();
  const stop = (): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    lifecycle.stop().then(resolve, reject);
  };
  let failure: { error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    stop();
  };
  for (const component of components({ stopping: stopping.signal, fail })) {
    lifecycle.add({
      ...component,
      stop() {
        lifecycleLogger.level = level;
        return component.stop();
      },
    });
  }
  const forget = listenForStop(stop);
  try {
    await lifecycle.start();
    if (!stopping.signal.aborted) await onStarted();
  } catch (error) {
    if (!stopping.signal.aborted) {
      forget();
      throw error;
    }
    // The start was given up because of the signal; its parts are being stopped.
  }
  const exitCode = await stopped;
  if (failure !== undefined) {
    forget();
    throw failure.error;
  }
  process.exit(exitCode);
}
