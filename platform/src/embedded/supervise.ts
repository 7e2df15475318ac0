/** Keeps the embedded server running: one that ends by itself, or is killed, is started again on its port. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import type { Logger } from '../telemetry/logger.ts';
import type { RunningServer } from './launch-server.ts';
import { sendSignal, stopServer } from './stop-server.ts';

/** In a row: about a quarter of a minute of waiting, beside the time that the starts take. */
const MAX_ATTEMPTS = 8;
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** A server that ends sooner after its start has not been brought back. */
const STEADY_MS = 60_000;

export interface SupervisedServer {
  /** Of the server that runs now, or ran last. */
  readonly pid: number;
  /** Ends the server and returns when it has ended. */
  stop(): Promise<void>;
}

export interface Supervision {
  readonly logger: Logger;
  /** Starts the server once more, with the same port. */
  readonly launch: () => Promise<RunningServer>;
  /** Called once, when the server cannot be brought back. */
  readonly onLost: (error: RocketError) => void;
}

export function supervise(first: RunningServer, { logger, launch, onLost }: Supervision): SupervisedServer {
  const giveUp = new AbortController();
  const stopping = giveUp.signal;
  let server = first;
  let startedAtMs = performance.now();
  let attempts = 0;
  let restarting: Promise<void> = Promise.resolve();

  const onProcessExit = (): void => {
    sendSignal(server.pid, 'SIGINT');
  };
  process.once('exit', onProcessExit);

  function watch(): void {
    const { pid, process: child } = server;
    const onEnd = (code: number | null, signal: string | null): void => {
      if (stopping.aborted) return;
      logger.error({ pid, code, signal }, 'the embedded PostgreSQL has ended; it is started again');
      if (performance.now() - startedAtMs > STEADY_MS) attempts = 0;
      restarting = restart();
    };
    // It may have ended before anyone listened.
    if (hasEnded(server)) onEnd(child.exitCode, child.signalCode);
    else child.once('exit', onEnd);
  }

  async function restart(): Promise<void> {
    let cause: unknown;
    while (attempts < MAX_ATTEMPTS) {
      const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** attempts);
      attempts += 1;
      if (!(await waited(backoffMs, stopping))) return;
      try {
        server = await launch();
        startedAtMs = performance.now();
        logger.warn({ pid: server.pid, attempts }, 'the embedded PostgreSQL runs again');
        watch();
        return;
      } catch (error) {
        cause = error;
        logger.error({ err: error, attempts }, 'the embedded PostgreSQL cannot be started again');
      }
    }
    const message = `The embedded PostgreSQL has ended and could not be started again in ${attempts} attempts`;
    if (!stopping.aborted) onLost(new RocketError('NOT_READY', message, { cause }));
  }

  watch();
  return {
    get pid() {
      return server.pid;
    },
    async stop() {
      giveUp.abort();
      // A start in progress has its own end; what it brings up is stopped below.
      await restarting;
      if (!hasEnded(server)) await stopServer(server.pid);
      process.off('exit', onProcessExit);
    },
  };
}

function hasEnded({ process: child }: RunningServer): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** False when the wait was cut short. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
