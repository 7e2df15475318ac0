import { setTimeout as sleep } from 'node:timers/promises';
import { RocketError } from '@rocket/schema';
import { connect, type JetStreamManager, type NatsConnection } from 'nats';
import type { Logger } from '../../telemetry/logger.ts';
import type { BusState } from '../event-bus.ts';
import { describeFailure, isCredentialsError } from './nats-errors.ts';
import { connectionOptions, type NatsOptions } from './nats-options.ts';
import { createPublishAnswers, type PublishAnswers } from './publish-answers.ts';
import { ensureStream } from './stream/ensure.ts';

/** One connection, from when the stream is known to be there until the connection is lost. */
export interface NatsSession {
  readonly connection: NatsConnection;
  readonly answers: PublishAnswers;
  readonly manager: JetStreamManager;
}

/** Keeps up a connection for ever: each time it is lost, a new session begins as soon as a server takes it. */
export interface NatsLink {
  /** Resolves when the first attempt has ended, well or not. @throws RocketError when trying again is of no use */
  readonly opened: Promise<void>;
  session(): NatsSession | null;
  state(): BusState;
  onState(listener: (state: BusState) => void): () => void;
  /** Calls `listener` with each new session, and with null when it is lost; at once when there is one. */
  onSession(listener: (session: NatsSession | null) => void): () => void;
  /** The stream is not what it was: ends the session, and the next one begins with all checks. */
  renew(session: NatsSession, reason: string): void;
  close(): Promise<void>;
}

/** JetStream's answers; a server without JetStream gives none. */
const API_TIMEOUT_MS = 5_000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2_000;
const JITTER = 0.5;
const FULL_STREAM_REFUSES = [2, 10, 5];

export function openNatsLink(options: NatsOptions): NatsLink {
  const stopping = new AbortController();
  const status = new LinkStatus();
  const first = Promise.withResolvers<void>();
  // Whoever opens the bus waits for it; a later failure is a state of the bus.
  first.promise.catch(() => undefined);

  /** Returns when the session has ended; throws when none could be begun. */
  async function runSession(): Promise<void> {
    const session = await beginSession(options);
    const ended = session.connection.closed();
    if (stopping.signal.aborted) return session.connection.close();
    options.logger.info('The event stream is there');
    status.begin(session);
    first.resolve();
    const error = await ended;
    const reason = error === undefined ? 'the connection was closed' : describeFailure(error);
    if (!stopping.signal.aborted) options.logger.warn({ reason }, 'The event stream is away');
    status.end(reason);
  }

  async function run(): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !stopping.signal.aborted; ) {
      try {
        await runSession();
        retryMs = FIRST_RETRY_MS;
      } catch (error) {
        status.end(describeFailure(error));
        logUnreachable(options.logger, error, retryMs === FIRST_RETRY_MS);
        if (isHopeless(error)) first.reject(hopeless(error));
        else first.resolve();
        retryMs = Math.min(retryMs * 2, MAX_RETRY_MS);
      }
      const pause = retryMs * (1 - JITTER * Math.random());
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  }

  const ended = run();
  return {
    opened: first.promise,
    session: () => status.session,
    state: () => status.state,
    onState: (listener) => status.states.add(listener),
    onSession(listener) {
      if (status.session !== null) listener(status.session);
      return status.sessions.add(listener);
    },
    renew(session, reason) {
      if (session !== status.session) return;
      options.logger.warn({ reason }, 'The event stream is checked anew');
      void session.connection.close();
    },
    async close() {
      stopping.abort();
      await status.session?.connection.close();
      await ended;
    },
  };
}

/** Which session there is, and who is told. */
class LinkStatus {
  readonly sessions = new Listeners<NatsSession | null>();
  readonly states = new Listeners<BusState>();
  session: NatsSession | null = null;
  state: BusState = { kind: 'down', sinceMs: Date.now(), reason: 'not connected yet' };

  begin(session: NatsSession): void {
    this.session = session;
    this.state = { kind: 'up', sinceMs: Date.now() };
    this.#tell();
  }

  end(reason: string): void {
    if (this.state.kind === 'down') {
      this.state = { ...this.state, reason };
      return;
    }
    this.session = null;
    this.state = { kind: 'down', sinceMs: Date.now(), reason };
    this.#tell();
  }

  #tell(): void {
    this.sessions.tell(this.session);
    this.states.tell(this.state);
  }
}

async function beginSession(options: NatsOptions): Promise<NatsSession> {
  const connection = await connect(await connectionOptions(options));
  try {
    const manager = await connection.jetstreamManager({ timeout: API_TIMEOUT_MS, checkAPI: false });
    await ensureStream(manager, options.stream, options.logger);
    warnOfOldServer(connection, options);
    return { connection, manager, answers: createPublishAnswers(connection) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/**
 * Measured on 2.9.10, and the servers' issue 4771: it takes a message that just does not fit, and then removes the oldest
 * one. So a bound is only kept without loss from the version on that corrects it.
 */
function warnOfOldServer({ info }: NatsConnection, { stream, logger }: NatsOptions): void {
  if (stream.maxBytes === null || info === undefined || isAtLeast(info.version, FULL_STREAM_REFUSES)) return;
  const { version } = info;
  logger.warn(
    { version },
    'This nats-server drops old events when the stream is full; from 2.10.5 on it does not',
  );
}

function isAtLeast(version: string, wanted: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  const at = wanted.findIndex((part, index) => part !== parts[index]);
  return at === -1 || (parts[at] ?? 0) > (wanted[at] ?? 0);
}

/** Wrong settings and refused credentials do not become right by waiting. */
function isHopeless(error: unknown): boolean {
  return isCredentialsError(error) || error instanceof RocketError;
}

function hopeless(cause: unknown): RocketError {
  if (cause instanceof RocketError) return cause;
  return new RocketError('EVENTS_UNAVAILABLE', 'The NATS server refuses the credentials', { cause });
}

class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();

  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  tell(value: T): void {
    for (const listener of [...this.#all]) listener(value);
  }
}

/** A warning once for each outage, which may be long. */
function logUnreachable(logger: Logger, error: unknown, isFirst: boolean): void {
  logger[isFirst ? 'warn' : 'debug']({ error }, 'The event stream cannot be reached');
}
