/** Ordered start and stop of the parts of a process. */
import { RocketError } from '@rocket/schema';
import type { Logger } from '../telemetry/logger.ts';
import { within } from './deadline.ts';
import { listenForSignals } from './signals.ts';

/** Long enough for the slowest start: the recovery of a database after a crash. */
const DEFAULT_START_TIMEOUT_MS = 150_000;
const DEFAULT_STOP_TIMEOUT_MS = 30_000;

export interface Component {
  readonly name: string;
  start(): Promise<void>;
  /** Called once, only after `start` has resolved. */
  stop(): Promise<void>;
  readonly startTimeoutMs?: number;
  readonly stopTimeoutMs?: number;
}

export interface Lifecycle {
  /** Adds a component; it starts after and stops before those added earlier. Not possible once started. */
  add(component: Component): void;
  /** Starts all in order. The first failure stops what was started, then rejects. */
  start(): Promise<void>;
  /** Stops all in reverse, also when one of them fails. Waits for a start in progress. Resolves to the exit code. */
  stop(): Promise<number>;
  /**
   * SIGINT and SIGTERM stop everything and exit; a second one exits at once.
   * @returns the function that takes the handlers away
   */
  onSignals(): () => void;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const components: Component[] = [];
  const started: Component[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<number> | undefined;

  async function startAll(): Promise<void> {
    for (const component of components) {
      if (stopping !== undefined) throw new RocketError('NOT_READY', 'Stopped before the start was complete');
      await startOne(component, logger);
      started.push(component);
    }
  }

  async function stopAll(): Promise<number> {
    // A failed start has rejected to its own caller.
    await starting?.catch(() => undefined);
    return await stopStarted(started, logger);
  }

  const lifecycle: Lifecycle = {
    add(component) {
      if (starting !== undefined) throw new RocketError('INTERNAL_ERROR', 'The start has already begun');
      components.push(component);
    },
    start() {
      starting ??= startAll().catch(async (error: unknown) => {
        await stopStarted(started, logger);
        throw error;
      });
      return starting;
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
    onSignals: () => listenForSignals({ logger, stop: () => lifecycle.stop() }),
  };
  return lifecycle;
}

async function startOne(component: Component, logger: Logger): Promise<void> {
  const timeoutMs = component.startTimeoutMs ?? DEFAULT_START_TIMEOUT_MS;
  const work = component.start();
  try {
    await within(timeoutMs, work, tooLong(`The start of ${component.name}`, timeoutMs));
    logger.debug({ component: component.name }, 'started');
  } catch (error) {
    logger.error({ err: error, component: component.name }, 'cannot start');
    stopIfLate(component, work, logger);
    throw error;
  }
}

/** A start that succeeds after its timeout must not leave a component running that nobody will stop. */
function stopIfLate(component: Component, work: Promise<void>, logger: Logger): void {
  work.then(
    () => stopOne(component, logger),
    () => undefined,
  );
}

/** 0 when all went well, else 1. */
async function stopStarted(started: Component[], logger: Logger): Promise<number> {
  let exitCode = 0;
  for (let component = started.pop(); component !== undefined; component = started.pop()) {
    if (!(await stopOne(component, logger))) exitCode = 1;
  }
  return exitCode;
}

async function stopOne(component: Component, logger: Logger): Promise<boolean> {
  const timeoutMs = component.stopTimeoutMs ?? DEFAULT_STOP_TIMEOUT_MS;
  try {
    await within(timeoutMs, component.stop(), tooLong(`The stop of ${component.name}`, timeoutMs));
    logger.debug({ component: component.name }, 'stopped');
    return true;
  } catch (error) {
    // The others still have to be stopped.
    logger.error({ err: error, component: component.name }, 'cannot stop');
    return false;
  }
}

function tooLong(what: string, timeoutMs: number): () => never {
  return () => {
    throw new RocketError('DEADLINE_EXCEEDED', `${what} took longer than ${timeoutMs} ms`);
  };
}
