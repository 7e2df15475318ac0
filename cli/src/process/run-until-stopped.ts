import { type Component, createLifecycle, type Logger } from '@rocket/platform';
import { listenForStop } from './listen-for-stop.ts';

export interface Running {
  readonly logger: Logger;
  /** Started in this order, stopped in reverse. */
  readonly components: (stopping: AbortSignal) => readonly Component[];
  /** Called once all are started. */
  readonly onStarted: () => Promise<void>;
}

/**
 * Runs the parts of a process until a signal ends it, then exits with code 0, or 1 when a part did not stop in order.
 * A signal in the middle of the start stops what is there already.
 * @throws what the start failed with
 */
export async function runUntilStopped({ logger, components, onStarted }: Running): Promise<void> {
  // A failed start is reported once, by the caller, in words; failed stops are logged as usual.
  const level = logger.level;
  const lifecycleLogger = logger.child({}, { level: 'fatal' });
  const lifecycle = createLifecycle(lifecycleLogger);
  const stopping = new AbortController();
  for (const component of components(stopping.signal)) {
    lifecycle.add({
      ...component,
      stop() {
        lifecycleLogger.level = level;
        return component.stop();
      },
    });
  }
  const { promise: stopped, resolve, reject } = Promise.withResolvers<number>();
  const forget = listenForStop(() => {
    stopping.abort();
    lifecycle.stop().then(resolve, reject);
  });
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
  process.exit(await stopped);
}
