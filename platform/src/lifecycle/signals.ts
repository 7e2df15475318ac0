import { constants } from 'node:os';
import type { Logger } from '../telemetry/logger.ts';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
/** Added to the signal's number to get the exit code, as shells do. */
const SIGNAL_EXIT_BASE = 128;

/** The first signal stops and exits with the stop's code; the second exits at once. */
export function listenForSignals(options: { logger: Logger; stop: () => Promise<number> }): () => void {
  const { logger, stop } = options;
  let signalled = false;

  const onSignal = (signal: (typeof SIGNALS)[number]): void => {
    if (signalled) process.exit(SIGNAL_EXIT_BASE + constants.signals[signal]);
    signalled = true;
    logger.info({ signal }, 'stopping; a second signal exits at once');
    stop().then(
      (exitCode) => process.exit(exitCode),
      (error: unknown) => {
        logger.error({ err: error }, 'cannot stop');
        process.exit(1);
      },
    );
  };

  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
