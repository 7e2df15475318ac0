/** The outboxes of a shard process: of all apps that it serves, with one beat for all of them. */
import { randomUUID } from 'node:crypto';
import { type EventBus, type Logger, shareRun } from '@rocket/platform';
import type { AppName, ShardName } from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';
import { withDeadline } from '../databases/with-deadline.ts';
import { type AppOutbox, createAppOutbox } from './app-outbox.ts';
import type { AppStream } from './app-stream.ts';
import type { OutboxMetrics } from './outbox-metrics.ts';
import { prunePublished } from './prune-outbox.ts';
import { PublishedCheck } from './relay/published-check.ts';
import { createLeftovers, type Leftovers } from './writers/leftovers.ts';
import { createStatements, type Statements } from './writers/statements.ts';

const BEAT_MS = 250;
const IDLE_WRITER_MS = 60_000;
/** Well within the time that the stream keeps messages; a log in memory is short. */
const ANNOUNCE_AGAIN_MS = 3_600_000;
const ANNOUNCE_AGAIN_IN_PROCESS_MS = 10_000;
const CLOSE_GRACE_MS = 5_000;
/** Nothing can be published or said then. */
const CLOSE_WITHOUT_STREAM_MS = 500;
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
  /** There is no such app any more, as far as this process knows. */
  readonly isRemoved: (app: AppName) => boolean;
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
  readonly database: AppStream['database'];
  readonly outbox: AppOutbox;
  /** Until it has passed, nothing is published or claimed. */
  readonly check: PublishedCheck;
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
    this.#leftovers = createLeftovers({
      ...{ ...options, process, statements: this.#statements },
      checked: (app) => this.#entryOf(app).check.passed(),
    });
    const tick = shareRun(() => this.#tick());
    this.#timer = setInterval(() => void tick(), BEAT_MS);
    this.#timer.unref();
    this.#unlisten = bus.onState(({ kind }) => this.#busIs(kind));
  }

  opened(app: AppName, opened: AppDatabase): { close(): Promise<void> } {
    const database = withDeadline(opened);
    const statements = this.#statements;
    const { metrics } = this.#options;
    const onPublished = (position: number, events: number): void => {
      statements.reached(position);
      metrics.published(app, events);
    };
    const check = new PublishedCheck({ ...this.#options, app, database });
    const outbox = createAppOutbox({
      ...this.#options,
      app,
      database,
      checked: () => check.passed(),
      announcer: statements,
      onPublished,
      onRefused: () => metrics.refused(app),
    });
    const entry: Entry = {
      ...{ app, database, outbox, check, closing: new AbortController() },
      unobserve: metrics.observe(app, () => outbox.status()),
      pruneAtMs: performance.now() + FIRST_PRUNE_MS,
    };
    this.#current.set(app, entry);
    this.#all.add(entry);
    void check.run();
    this.#leftovers.lookAt(app, database);
    return { close: () => this.#close(entry) };
  }

  of(app: AppName): AppOutbox {
    return this.#entryOf(app).outbox;
  }

  close(): void {
    this.#unlisten();
    this.#leftovers.close();
    clearInterval(this.#timer);
    this.#statements.close();
  }

  #entryOf(app: AppName): Entry {
    const entry = this.#current.get(app);
    if (entry === undefined) throw new TypeError(`The database of ${app} was not opened`);
    return entry;
  }

  async #close(entry: Entry): Promise<void> {
    if (this.#current.get(entry.app) === entry) this.#current.delete(entry.app);
    entry.closing.abort();
    try {
      const isDown = this.#options.bus.state().kind === 'down';
      await entry.outbox.close(isDown ? CLOSE_WITHOUT_STREAM_MS : CLOSE_GRACE_MS);
    } catch (err) {
      // A database that does not answer must not keep the process from stopping. Whoever comes next settles the writer.
      this.#options.logger.warn({ err, app: entry.app }, 'the writer of the app could not be ended');
    } finally {
      entry.check.forget();
      this.#all.delete(entry);
      entry.unobserve();
    }
  }

  async #tick(): Promise<void> {
    const claims = [...this.#all].flatMap(({ outbox, check }) =>
      outbox.writers.beat().map((claim) => ({ ...claim, isClear: claim.isClear && check.isPassed })),
    );
    if (claims.length > 0 || this.#leftovers.hasOthers) await this.#statements.beat(claims);
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
    for (const { app, database, outbox, check } of this.#all) {
      if (kind === 'down') {
        check.forget();
        outbox.lost();
        continue;
      }
      void check.run();
      outbox.wake();
      // The stream may have lost what another process said of its end.
      this.#leftovers.lookAt(app, database);
      this.#report(app, outbox.writers.announceAgain());
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
