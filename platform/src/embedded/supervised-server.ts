/** Keeps the embedded server running: one that ends by itself, or is killed, is started again on its port. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import type { Logger } from '../telemetry/logger.ts';
import type { RunningServer } from './launch-server.ts';
import { sendSignal, stopServer } from './stop-server.ts';

/** Attempts in a row: about 15 s of waiting, plus the time that the starts take. */
const MAX_ATTEMPTS = 8;
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 5_000;
/** A server that ends sooner after its start does not count as restarted. */
const STEADY_MS = 60_000;

export interface Supervision {
  readonly logger: Logger;
  /** Starts the server once more, with the same port. */
  readonly launch: () => Promise<RunningServer>;
  /** Called once, when the server cannot be restarted. */
  readonly onLost: (error: RocketError) => void;
}

export class SupervisedServer {
  readonly #supervision: Supervision;
  readonly #stopping = new AbortController();
  readonly #onProcessExit = (): void => {
    sendSignal(this.#server.pid, 'SIGINT');
  };
  #server: RunningServer;
  #startedAtMs = performance.now();
  #attempts = 0;
  #restarting: Promise<void> = Promise.resolve();

  constructor(first: RunningServer, supervision: Supervision) {
    this.#supervision = supervision;
    this.#server = first;
    process.once('exit', this.#onProcessExit);
    this.#watch();
  }

  /** Process id of the current server, or of the last one. */
  get pid(): number {
    return this.#server.pid;
  }

  /** Ends the server and returns when it has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // A start in progress runs to its end; the server that it starts is stopped below.
    await this.#restarting;
    if (!hasEnded(this.#server)) await stopServer(this.#server.pid);
    process.off('exit', this.#onProcessExit);
  }

  #watch(): void {
    const { pid, process: child } = this.#server;
    const onEnd = (code: number | null, signal: string | null): void => {
      if (this.#stopping.signal.aborted) return;
      this.#supervision.logger.error(
        { pid, code, signal },
        'the embedded PostgreSQL has ended; it is started again',
      );
      if (performance.now() - this.#startedAtMs > STEADY_MS) this.#attempts = 0;
      this.#restarting = this.#restart();
    };
    // It may have ended before anyone listened.
    if (hasEnded(this.#server)) onEnd(child.exitCode, child.signalCode);
    else child.once('exit', onEnd);
  }

  async #restart(): Promise<void> {
    const { logger, launch, onLost } = this.#supervision;
    const { signal } = this.#stopping;
    let cause: unknown;
    while (this.#attempts < MAX_ATTEMPTS) {
      const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** this.#attempts);
      this.#attempts += 1;
      if (!(await waited(backoffMs, signal))) return;
      try {
        this.#server = await launch();
        this.#startedAtMs = performance.now();
        logger.warn({ pid: this.pid, attempts: this.#attempts }, 'the embedded PostgreSQL runs again');
        this.#watch();
        return;
      } catch (error) {
        cause = error;
        logger.error(
          { err: error, attempts: this.#attempts },
          'the embedded PostgreSQL cannot be started again',
        );
      }
    }
    const message = `The embedded PostgreSQL has ended and could not be started again in ${this.#attempts} attempts`;
    if (!signal.aborted) onLost(new RocketError('NOT_READY', message, { cause }));
  }
}

function hasEnded({ process: child }: RunningServer): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** False when the signal ended the wait early. */
async function waited(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(ms, undefined, { signal });
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
