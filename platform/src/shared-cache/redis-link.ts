import { Redis } from 'ioredis';
import type { Logger } from '../telemetry/logger.ts';
import type { SharedCacheState } from './shared-cache.ts';

/** After it a command is given up. Readers wait for less. */
const COMMAND_TIMEOUT_MS = 1_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** Between a connection that was lost, or did not answer, and the next. */
const RETRY_MS = 1_000;
/** How long a connection may take to close before it is cut. */
const DISCONNECT_MS = 100;

type LinkState = Exclude<SharedCacheState, { kind: 'off' }>;

/**
 * A connection to Redis that is kept up for ever, and whether Redis answers on it. It counts as down until Redis has
 * answered a ping, on each new connection and after each doubt. A connection on which it does not is given up, as its
 * server may be another one by now, be gone without a word, or want another password. So the pause between two
 * connections is the pause between two pings.
 */
export class RedisLink {
  readonly #redis: Redis;
  readonly #logger: Logger;
  readonly #tried = Promise.withResolvers<void>();
  #state: LinkState = { kind: 'down', sinceMs: Date.now(), reason: 'not connected yet' };
  #probing = false;
  /** The outage was logged, so its end will be. */
  #told = false;
  #closed = false;
  /** Why the connection is about to be lost; the loss itself tells nothing. */
  #failure: string | null = null;

  /** @param options.url `redis://` or, with TLS, `rediss://` */
  constructor({ url, logger }: { url: string; logger: Logger }) {
    this.#logger = logger;
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: CONNECT_TIMEOUT_MS,
      disconnectTimeout: DISCONNECT_MS,
      retryStrategy: () => RETRY_MS,
      // The ping tells the same, and needs no right to read INFO.
      enableReadyCheck: false,
      // Redis before 7.2 does not know it.
      disableClientInfo: true,
      protocol: 2,
    });
    this.#redis.on('error', (error) => {
      this.#failure = describe(error);
    });
    this.#redis.on('ready', () => void this.#probe());
    this.#redis.on('close', () => this.#lost());
  }

  /** Resolves when the first attempt has ended, well or not. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Null while Redis does not answer. Its commands never wait for a connection. */
  get client(): Redis | null {
    return this.#state.kind === 'up' ? this.#redis : null;
  }

  /** Redis has not answered in time: nobody asks it until it has answered a ping. */
  doubt(reason: string): void {
    if (this.#state.kind === 'down') return;
    this.#state = { kind: 'down', sinceMs: Date.now(), reason };
    void this.#probe();
  }

  close(): void {
    this.#closed = true;
    this.#state = { kind: 'down', sinceMs: Date.now(), reason: 'closed' };
    this.#redis.disconnect();
    this.#tried.resolve();
  }

  async #probe(): Promise<void> {
    if (this.#probing || this.#closed) return;
    this.#probing = true;
    try {
      await this.#redis.ping();
      this.#answered();
    } catch (error) {
      // A connection that was lost meanwhile says so itself.
      if (this.#redis.status === 'ready') {
        this.#failure = describe(error);
        this.#outage(this.#failure);
        this.#redis.disconnect(true);
      }
    } finally {
      this.#probing = false;
    }
  }

  #answered(): void {
    if (this.#closed) return;
    this.#failure = null;
    if (this.#state.kind === 'down') this.#state = { kind: 'up', sinceMs: Date.now() };
    if (this.#told) this.#logger.info('The shared cache answers again');
    this.#told = false;
    this.#tried.resolve();
  }

  #lost(): void {
    this.#outage(this.#failure ?? 'the connection was lost');
    this.#failure = null;
  }

  #outage(reason: string): void {
    if (this.#closed) return;
    const sinceMs = this.#state.kind === 'down' ? this.#state.sinceMs : Date.now();
    this.#state = { kind: 'down', sinceMs, reason };
    if (!this.#told) {
      this.#logger.warn({ reason }, 'The shared cache does not answer; everything goes on without it');
    }
    this.#told = true;
    this.#tried.resolve();
  }
}

/** Errors of several addresses have a code and no message. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? String(error.code) : error.name;
  return error.message === '' ? code : error.message;
}
