/** The outboxes of a shard process: of all apps that it serves, with one beat for all of them. */
import { randomUUID } from 'node:crypto';
import { type EventBus, isPostgresError, type Logger, POSTGRES_CODES, shareRun } from '@rocket/platform';
import type { AppName, ShardName } from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';
import { type AppOutbox, createAppOutbox } from './app-outbox.ts';
import { createLeftovers, type Leftovers } from './leftovers.ts';
import type { OutboxMetrics } from './outbox-metrics.ts';
import { prunePublished } from './prune-outbox.ts';
import { restorePublished } from './restore-published.ts';
import { createStatements, type Statements } from './statements.ts';

const BEAT_MS = 250;
const IDLE_WRITER_MS = 60_000;
/** Well within the time that the stream keeps messages; a log in memory is short. */
const ANNOUNCE_AGAIN_MS = 3_600_000;
const ANNOUNCE_AGAIN_IN_PROCESS_MS = 10_000;
const VERIFY_AGAIN_MS = 1_000;
const CLOSE_GRACE_MS = 5_000;
const FIRST_PRUNE_MS = 60_000;
const PRUNE_MS = 3_600_000;

export interface ShardOutboxOptions {
  readonly shard: ShardName;
  readonly bus: EventBus;
  readonly logger: Logger;
  /** Events of one app that may wait for the stream before its writes are refused. */
  readonly maxWaiting: number;
  /** Opens the database of an app that is placed here; null for another app. */
  readonly databaseOf: (app: AppName) => AppDatabase | null;
  readonly metrics: OutboxMetrics;
}

export interface ShardOutbox {
  /**
   * Called when the database of an app was opened; again at a later epoch, when it is another one. What it returns
   * publishes what waits and ends the writer of this process, before the database is closed.
   */
  opened(app: AppName, database: AppDatabase): { close(): Promise<void> };
  /** @throws TypeError for an app that was not opened */
  of(app: AppName): AppOutbox;
  /** Called when all databases are closed. */
  close(): void;
}

interface Entry {
  /** Aborts when the app is closed. */
  readonly closing: AbortController;
  readonly unobserve: () => void;
  readonly app: AppName;
  readonly database: AppDatabase;
  readonly outbox: AppOutbox;
  /** What was published is still on the stream. Until that is known, nothing is claimed. */
  isVerified: boolean;
  /** By `performance.now()`. */
  pruneAtMs: number;
}

export function createShardOutbox(options: ShardOutboxOptions): ShardOutbox {
  return new Outboxes(options);
}

class Outboxes implements ShardOutbox {
  readonly #options: ShardOutboxOptions;
  readonly #statements: Statements;
  readonly #leftovers: Leftovers;
  readonly #current = new Map<AppName, Entry>();
  /** Those of earlier epochs too, until they are closed. */
  readonly #all = new Set<Entry>();
  readonly #timer: NodeJS.Timeout;
  readonly #unlisten: () => void;

  constructor(options: ShardOutboxOptions) {
    const { shard, bus } = options;
    const process = `${shard}-${randomUUID().slice(0, 8)}`;
    this.#options = options;
    this.#statements = createStatements({ shard, process, bus });
    this.#leftovers = createLeftovers({ ...options, process, statements: this.#statements });
    const tick = shareRun(() => this.#tick());
    this.#timer = setInterval(() => void tick(), BEAT_MS);
    this.#timer.unref();
    this.#unlisten = bus.onState(({ kind }) => this.#busIs(kind));
  }

  opened(app: AppName, database: AppDatabase): { close(): Promise<void> } {
    const statements = this.#statements;
    const { metrics } = this.#options;
    const onPublished = (position: number, events: number): void => {
      statements.reached(position);
      metrics.published(app, events);
    };
    const outbox = createAppOutbox({
      ...this.#options,
      app,
      database,
      announcer: statements,
      onPublished,
      onRefused: () => metrics.refused(app),
    });
    const entry: Entry = {
      ...{ app, database, outbox, isVerified: false, closing: new AbortController() },
      unobserve: metrics.observe(app, () => outbox.status()),
      pruneAtMs: performance.now() + FIRST_PRUNE_MS,
    };
    this.#current.set(app, entry);
    this.#all.add(entry);
    void this.#verify(entry);
    this.#leftovers.lookAt(app, database);
    return { close: () => this.#close(entry) };
  }

  of(app: AppName): AppOutbox {
    const entry = this.#current.get(app);
    if (entry === undefined) throw new TypeError(`The database of ${app} was not opened`);
    return entry.outbox;
  }

  close(): void {
    this.#unlisten();
    this.#leftovers.close();
    clearInterval(this.#timer);
    this.#statements.close();
  }

  async #close(entry: Entry): Promise<void> {
    if (this.#current.get(entry.app) === entry) this.#current.delete(entry.app);
    entry.closing.abort();
    // Without the stream nothing can be published or said: others do it.
    await entry.outbox.close(this.#options.bus.state().kind === 'down' ? 0 : CLOSE_GRACE_MS);
    this.#all.delete(entry);
    entry.unobserve();
  }

  async #tick(): Promise<void> {
    const claims = [...this.#all].flatMap(({ outbox, isVerified }) =>
      outbox.writers.beat().map((claim) => ({ ...claim, isClear: claim.isClear && isVerified })),
    );
    if (claims.length > 0) await this.#statements.beat(claims);
    this.#leftovers.settleSilent();
    const announceMs = this.#options.bus.outlivesProcess ? ANNOUNCE_AGAIN_MS : ANNOUNCE_AGAIN_IN_PROCESS_MS;
    const limits = { idleMs: IDLE_WRITER_MS, announceMs };
    for (const entry of this.#all) {
      this.#report(entry.app, entry.outbox.writers.tend(limits));
      this.#pruneIfDue(entry);
    }
  }

  #busIs(kind: 'up' | 'down'): void {
    if (kind === 'down') this.#statements.forget();
    else this.#statements.closeAgain();
    for (const entry of this.#all) {
      // Another store may be behind the same address when it is back.
      entry.isVerified = false;
      if (kind === 'down') continue;
      void this.#verify(entry);
      entry.outbox.wake();
      // The stream may have lost what another process said of its end.
      this.#leftovers.lookAt(entry.app, entry.database);
      this.#report(entry.app, entry.outbox.writers.announceAgain());
    }
  }

  /** Repeated until it is known. */
  async #verify(entry: Entry): Promise<void> {
    const { bus, logger } = this.#options;
    const { app, database } = entry;
    // It is done when the bus is up again.
    if (bus.state().kind === 'down') return;
    try {
      const events = bus.outlivesProcess ? await restorePublished({ app, bus, database }) : 0;
      if (events > 0) logger.warn({ app, events }, 'the stream had lost events; they were published again');
      entry.isVerified = true;
    } catch (error) {
      // Without the table nothing was ever published.
      if (isPostgresError(error) && error.code === POSTGRES_CODES.undefinedTable) entry.isVerified = true;
      else {
        logger.debug({ err: error, app }, 'what is on the stream cannot be compared now');
        setTimeout(() => this.#all.has(entry) && void this.#verify(entry), VERIFY_AGAIN_MS).unref();
      }
    }
  }

  /** Of apps that are written to, since an idle one is to cost nothing. */
  #pruneIfDue(entry: Entry): void {
    const { app, database, outbox, closing } = entry;
    if (performance.now() < entry.pruneAtMs || outbox.writers.current === null) return;
    entry.pruneAtMs = performance.now() + PRUNE_MS;
    this.#report(app, prunePublished(database.primary, closing.signal));
  }

  #report(app: AppName, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#options.logger.warn({ err: error, app }, 'the outbox of the app could not be tended');
    });
  }
}
