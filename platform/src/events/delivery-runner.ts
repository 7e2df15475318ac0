import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../telemetry/logger.ts';
import type { ConsumeOptions, StreamMessage } from './event-bus.ts';

/** A message that a bus has given to a consumer, and what can be done with it. */
export interface ReceivedMessage {
  readonly message: StreamMessage;
  readonly tries: number;
  /** It is done. @throws when that cannot be told */
  ack(): Promise<void>;
  /** Back after a failure. */
  retry(delayMs: number): void;
  /** Back without a failure. */
  postpone(delayMs: number): void;
  /** It is being worked on. */
  working(): void;
}

export interface DeliveryRunner {
  readonly running: number;
  /** Handles a message to its end; `onSettled` is called then. */
  run(received: ReceivedMessage): void;
  /** Waits up to `graceMs` for what runs, and gives back the rest. Nothing must be run afterwards. */
  close(graceMs: number): Promise<void>;
}

interface RunnerOptions {
  readonly consume: ConsumeOptions;
  readonly logger: Logger;
  readonly onSettled: () => void;
}

/** A handler that is stuck must not hold its message for ever; after this many times `ackWaitMs` it loses it. */
const MAX_PROGRESS_WAITS = 60;
const PROGRESS_PER_WAIT = 3;

interface Run {
  readonly received: ReceivedMessage;
  /** The message was given back, so what the handler does is of no account any more. */
  abandoned: boolean;
}

/** What consumers of both buses do with a message: the handler, its progress, retries and the dead letter. */
export function createDeliveryRunner(options: RunnerOptions): DeliveryRunner {
  const { consume, logger, onSettled } = options;
  const runs = new Map<Run, Promise<void>>();

  async function handle(run: Run): Promise<void> {
    const stopProgress = startProgress(run, consume.ackWaitMs);
    try {
      const settle = await decide(run.received, consume, logger);
      if (!run.abandoned) await settle();
    } catch (error) {
      // The effect is stored, or the message was put aside; it comes again, which both have to bear.
      logger.warn({ error, ...place(run.received, consume) }, 'A handled event could not be acknowledged');
    } finally {
      stopProgress();
      runs.delete(run);
      onSettled();
    }
  }

  return {
    get running() {
      return runs.size;
    },
    run(received) {
      const run: Run = { received, abandoned: false };
      runs.set(run, handle(run));
    },
    async close(graceMs) {
      const timeout = new AbortController();
      const late = sleep(graceMs, undefined, { signal: timeout.signal }).catch(() => undefined);
      await Promise.race([Promise.all(runs.values()), late]);
      timeout.abort();
      for (const run of runs.keys()) {
        run.abandoned = true;
        run.received.postpone(0);
      }
    },
  };
}

/** Runs the handler and says how its message ends; never rejects. */
async function decide(
  received: ReceivedMessage,
  consume: ConsumeOptions,
  logger: Logger,
): Promise<() => Promise<void> | void> {
  const { message, tries } = received;
  const delivery = { ...message, tries, progress: () => received.working() };
  const again = (): void => received.retry(consume.retryDelayMs(tries));
  try {
    const result = await consume.handle(delivery);
    return result === undefined ? () => received.ack() : () => received.postpone(result.delayMs);
  } catch (cause) {
    if (tries < consume.maxTries) {
      logger.debug(
        { error: cause, tries, ...place(received, consume) },
        'An event could not be handled; once more',
      );
      return again;
    }
    logger.error(
      { error: cause, tries, ...place(received, consume) },
      'An event could not be handled; put aside',
    );
    try {
      await consume.dead(message, cause);
      return () => received.ack();
    } catch (error) {
      logger.error({ error, ...place(received, consume) }, 'An event could not be put aside; once more');
      return again;
    }
  }
}

function startProgress(run: Run, ackWaitMs: number): () => void {
  let left = MAX_PROGRESS_WAITS * PROGRESS_PER_WAIT;
  const timer = setInterval(() => {
    left -= 1;
    if (left <= 0 || run.abandoned) clearInterval(timer);
    else run.received.working();
  }, ackWaitMs / PROGRESS_PER_WAIT);
  return () => clearInterval(timer);
}

function place({ message }: ReceivedMessage, { name }: ConsumeOptions) {
  return { consumer: name, subject: message.subject, position: message.position };
}
