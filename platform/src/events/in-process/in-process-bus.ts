import { setImmediate } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import type { Logger } from '../../telemetry/logger.ts';
import type { BusState, EventBus, OutgoingMessage, PublishOutcome } from '../event-bus.ts';
import { checkSubject } from '../subjects.ts';
import { DurableQueue } from './durable-queue.ts';
import { LogFollower } from './log-follower.ts';
import { createMessageLog, type LogLimits, type MessageLog } from './message-log.ts';

export interface InProcessBusOptions {
  readonly logger: Logger;
  /**
   * Consumers whose messages are kept until they are done, also before they consume for the first time. Others may miss
   * what leaves the log meanwhile.
   */
  readonly durableConsumers?: readonly string[];
  readonly limits?: Partial<LogLimits>;
}

/** A payload may be as large as a NATS server takes by default, so that what works here works there. */
const DEFAULT_LIMITS: LogLimits = {
  maxMessages: 100_000,
  maxBytes: 128 * 1024 * 1024,
  maxPayloadBytes: 1024 * 1024,
};

/** The log is in memory: it ends with the process, and two buses of one process share nothing. */
export function createInProcessBus(options: InProcessBusOptions): EventBus {
  const { logger } = options;
  const named: DurableQueue[] = [];
  const queues = new Map<string, DurableQueue>();
  const durability = createDurability(() => Math.min(...named.map((queue) => queue.doneUpTo)));
  const log = createMessageLog({ ...DEFAULT_LIMITS, ...options.limits }, durability.upTo);
  const followers = new Set<LogFollower>();
  const status = createStatus();

  function queue(name: string): DurableQueue {
    const known = queues.get(name);
    if (known !== undefined) return known;
    const made = new DurableQueue(log, durability.check);
    queues.set(name, made);
    return made;
  }

  for (const name of options.durableConsumers ?? []) named.push(queue(name));

  function append(messages: readonly OutgoingMessage[]): readonly PublishOutcome[] {
    const outcomes = messages.map((message) => log.append(message));
    for (const woken of [...followers, ...queues.values()]) woken.wake();
    return outcomes;
  }

  return {
    outlivesProcess: false,
    publish(messages) {
      for (const { subject } of messages) checkSubject(subject);
      const outcomes = status.closed() ? messages.map(refuseClosed) : append(messages);
      // Who publishes without a pause would otherwise leave no turn of the event loop to those who read.
      return setImmediate(outcomes);
    },
    durable: durability.wait,
    follow(follow) {
      const onEnd = (): void => void followers.delete(follower);
      const follower = new LogFollower(log, { ...follow, logger, onEnd });
      followers.add(follower);
      return follower;
    },
    consume: (consume) => queue(consume.name).join(consume, logger),
    messageAt: (position) => Promise.resolve(log.at(position)),
    range: () => Promise.resolve(rangeOf(log)),
    describe: () => {
      const { messages, bytes } = log;
      return Promise.resolve({ ...rangeOf(log), messages, bytes, differences: [] });
    },
    consumers: () => {
      const all = [...queues].sort(([a], [b]) => (a < b ? -1 : 1));
      return Promise.resolve(all.map(([name, { status }]) => ({ name, ...status })));
    },
    state: status.current,
    onState: status.listen,
    async close() {
      status.close();
      for (const ended of [...followers, ...queues.values()]) ended.close();
      durability.close();
    },
  };
}

function rangeOf(log: MessageLog) {
  const { first, last } = log;
  return { first, last, lastStoredAtMs: log.at(last)?.storedAtMs ?? null };
}

function refuseClosed(): PublishOutcome {
  return { ok: false, reason: 'unavailable', error: closedError() };
}

function closedError(): RocketError {
  return new RocketError('EVENTS_UNAVAILABLE', 'The event bus is closed');
}

/** @param upTo everything up to there is done; infinite when nobody has to do anything */
function createDurability(upTo: () => number) {
  const waiting = new Set<{ readonly position: number; resolve(): void; reject(error: Error): void }>();
  let closed = false;
  return {
    upTo,
    wait(position: number): Promise<void> {
      if (position <= upTo()) return Promise.resolve();
      if (closed) return Promise.reject(closedError());
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      waiting.add({ position, resolve, reject });
      return promise;
    },
    check(): void {
      if (waiting.size === 0) return;
      const done = upTo();
      for (const waiter of waiting) {
        if (waiter.position > done) continue;
        waiting.delete(waiter);
        waiter.resolve();
      }
    },
    close(): void {
      closed = true;
      for (const waiter of waiting) waiter.reject(closedError());
      waiting.clear();
    },
  };
}

/** Up until it is closed. */
function createStatus() {
  const listeners = new Set<(state: BusState) => void>();
  let state: BusState = { kind: 'up', sinceMs: Date.now() };
  return {
    current: (): BusState => state,
    closed: (): boolean => state.kind === 'down',
    listen(listener: (state: BusState) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close(): void {
      if (state.kind === 'down') return;
      state = { kind: 'down', sinceMs: Date.now(), reason: 'closed' };
      for (const listener of listeners) listener(state);
    },
  };
}
