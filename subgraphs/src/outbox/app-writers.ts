/** The writers of one app in this process: opened before the first commit, ended when idle, in doubt, or at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type EventBus, isPostgresError, type Logger, POSTGRES_CODES } from '@rocket/platform';
import type { AppName } from '@rocket/schema';
import type { AppDatabase } from '../databases/app-database.ts';
import { createSystemTables } from '../tables/system-tables.ts';
import { EventWriter } from './event-writer.ts';
import { settleWriter } from './settle-writer.ts';
import { enterWriter, removeWriter, skipIdsOfFormerTimeline } from './writers-sql.ts';

const SETTLE_AGAIN_MS = 1_000;
const CLOSE_AGAIN_MS = 10;

/** Says on the stream what becomes of writers. */
export interface WriterAnnouncer {
  readonly process: string;
  /** @throws RocketError `EVENTS_BEHIND` when the stream does not take it */
  opened(app: AppName, writer: string): Promise<void>;
  /** Resolves when it is said, however long that takes. */
  closed(app: AppName, writer: string): Promise<void>;
}

export interface AppWritersOptions {
  readonly app: AppName;
  readonly database: Pick<AppDatabase, 'primary' | 'committed'>;
  readonly bus: Pick<EventBus, 'publish' | 'durable' | 'outlivesProcess'>;
  readonly announcer: WriterAnnouncer;
  readonly logger: Logger;
}

export interface WriterClaim {
  readonly writer: string;
  /** See {@link EventWriter.beat}. */
  readonly isClear: boolean;
}

export class AppWriters {
  readonly #options: AppWritersOptions;
  #current: EventWriter | null = null;
  #opening: Promise<EventWriter> | null = null;
  /** Writers under which nothing new is written, and that followers take for open. */
  readonly #former = new Set<EventWriter>();
  /** Those of them that are no longer entered, with the number after the last commit that may have been made before. */
  readonly #removed = new Map<EventWriter, number>();
  #isClosed = false;

  constructor(options: AppWritersOptions) {
    this.#options = options;
  }

  /** Null when the next write has to wait for {@link open}. */
  get current(): EventWriter | null {
    return this.#current;
  }

  /** @throws RocketError `EVENTS_BEHIND` when the stream does not take the announcement; errors of the database */
  async open(): Promise<EventWriter> {
    this.#opening ??= this.#announce().finally(() => {
      this.#opening = null;
    });
    return await this.#opening;
  }

  /** Somebody else has ended the writer. */
  ended(writer: EventWriter): void {
    if (this.#current === writer) this.#current = null;
  }

  /** It is not known whether a transaction of the writer was committed, or even may be still. */
  doubt(writer: EventWriter): void {
    this.ended(writer);
    if (this.#former.has(writer)) return;
    this.#former.add(writer);
    void this.#settle(writer);
  }

  /** Called at each beat, with all writers that followers know of. */
  beat(): readonly WriterClaim[] {
    const writers = this.#current === null ? [...this.#former] : [this.#current, ...this.#former];
    return writers.map((writer) => ({ writer: writer.id, isClear: writer.beat() }));
  }

  /** Ends a writer that was not used for `idleMs`, and says again that it is open after `announceMs`. */
  async tend({ idleMs, announceMs }: { idleMs: number; announceMs: number }): Promise<void> {
    const { app, announcer } = this.#options;
    await this.#closeRemoved();
    const writer = this.#current;
    if (writer === null) return;
    const nowMs = performance.now();
    if (nowMs - writer.lastUsedMs >= idleMs && writer.commits.isEmpty) await this.#remove(writer);
    else if (nowMs - writer.announcedMs >= announceMs) {
      writer.announcedMs = nowMs;
      await announcer.opened(app, writer.id);
    }
  }

  /** Says all writers open again: the stream may have lost it. */
  async announceAgain(): Promise<void> {
    const { app, announcer } = this.#options;
    for (const writer of [this.#current, ...this.#former]) {
      if (writer !== null) await announcer.opened(app, writer.id);
    }
  }

  /** Opens none any more. */
  stop(): void {
    this.#isClosed = true;
  }

  /**
   * With commits that are not on the stream when the time is over, a writer stays open: followers must not take the app
   * for complete.
   */
  async close(graceMs: number): Promise<void> {
    const untilMs = performance.now() + graceMs;
    const late = new AbortController();
    // What is said may wait for the stream for ever.
    await Promise.race([this.#closeUntil(untilMs), sleep(graceMs, undefined, late)]);
    late.abort();
  }

  async #closeUntil(untilMs: number): Promise<void> {
    if (this.#current !== null) await this.#remove(this.#current);
    while (this.#removed.size > 0 && performance.now() < untilMs) {
      await this.#closeRemoved();
      await sleep(CLOSE_AGAIN_MS);
    }
  }

  async #announce(): Promise<EventWriter> {
    const { app, announcer } = this.#options;
    const writer = new EventWriter();
    await announcer.opened(app, writer.id);
    // Followers know of it from here on, so it beats, even if nothing comes of it.
    this.#former.add(writer);
    try {
      await this.#enter(writer);
    } catch (error) {
      void this.#sayClosed(writer);
      throw error;
    }
    this.#former.delete(writer);
    this.#current = writer;
    return writer;
  }

  async #enter(writer: EventWriter): Promise<void> {
    const { database, announcer } = this.#options;
    const statement = enterWriter({ id: writer.id, process: announcer.process });
    try {
      await database.primary.query(skipIdsOfFormerTimeline());
      await database.primary.query(statement);
    } catch (error) {
      if (!isPostgresError(error) || error.code !== POSTGRES_CODES.undefinedTable) throw error;
      // The database is older than the table.
      await database.primary.transaction(async (tx) => {
        for (const create of createSystemTables()) await tx.query(create);
        await tx.query(skipIdsOfFormerTimeline());
        await tx.query(statement);
      });
    }
  }

  async #settle(writer: EventWriter): Promise<void> {
    const { app, announcer, logger } = this.#options;
    while (!this.#isClosed) {
      try {
        await settleWriter({
          ...this.#options,
          writer: { id: writer.id, process: announcer.process },
        });
        return await this.#sayClosed(writer);
      } catch (error) {
        logger.warn({ err: error, app }, 'an interrupted commit could not be looked up');
      }
      await sleep(SETTLE_AGAIN_MS, undefined, { ref: false });
    }
  }

  /** What has not begun to commit under it fails from here on, and is repeated under another writer. */
  async #remove(writer: EventWriter): Promise<void> {
    this.#former.add(writer);
    this.#current = null;
    await this.#options.database.primary.query(removeWriter(writer.id));
    this.#removed.set(writer, writer.commits.next);
  }

  async #closeRemoved(): Promise<void> {
    for (const [writer, next] of this.#removed) {
      if (writer.commits.endedBefore < next) continue;
      this.#removed.delete(writer);
      await this.#sayClosed(writer);
    }
  }

  async #sayClosed(writer: EventWriter): Promise<void> {
    await this.#options.announcer.closed(this.#options.app, writer.id);
    this.#former.delete(writer);
  }
}
