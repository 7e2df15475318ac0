/** The writers of one app in this process: opened before the first commit, ended when idle, in doubt, or at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isPostgresError, POSTGRES_CODES } from '@rocket/platform';
import { createSystemTables } from '../../tables/system-tables.ts';
import { EventWriter } from './event-writer.ts';
import { FormerWriters } from './former-writers.ts';
import type { AppWritersOptions } from './writer-options.ts';
import { enterWriter, removeWriter, skipIdsOfFormerTimeline } from './writers-sql.ts';

/** An app that moves waits for its writers for so long. */
const RETIRE_MS = 400;
const RETIRE_POLL_MS = 2;

export interface WriterClaim {
  readonly writer: string;
  /** See {@link EventWriter.beat}. */
  readonly isClear: boolean;
}

export class AppWriters {
  readonly #options: AppWritersOptions;
  readonly #former: FormerWriters;
  #current: EventWriter | null = null;
  #opening: Promise<EventWriter> | null = null;
  /** Was said to be open, without an answer: followers may know of it. The next one to be opened is the same. */
  #unconfirmed: EventWriter | null = null;
  #mustAnnounce = false;

  constructor(options: AppWritersOptions) {
    this.#options = options;
    this.#former = new FormerWriters(options);
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

  /**
   * Somebody else has ended the writer. They publish what it has left and say that it is closed; but this process may have
   * said meanwhile that it is open, and still has commits of it to publish.
   */
  ended(writer: EventWriter): void {
    if (this.#current !== writer) return;
    this.#current = null;
    this.#former.removed(writer);
  }

  /** It is not known whether a transaction of the writer was committed, or even may be still. */
  doubt(writer: EventWriter): void {
    if (this.#current === writer) this.#current = null;
    this.#former.doubt(writer);
  }

  /** Called at each beat, with all writers that followers know of. */
  beat(): readonly WriterClaim[] {
    return this.#all().map((writer) => ({ writer: writer.id, isClear: writer.beat() }));
  }

  /** Ends a writer that was not used for `idleMs`, and says again that it is open after `announceMs`. */
  async tend({ idleMs, announceMs }: { idleMs: number; announceMs: number }): Promise<void> {
    if (this.#mustAnnounce) await this.announceAgain();
    await this.#former.closeRemoved();
    const nowMs = performance.now();
    if (this.#unconfirmed?.isIdle(idleMs) === true) this.#giveUp();
    const writer = this.#current;
    if (writer === null) return;
    if (writer.isIdle(idleMs)) await this.#remove(writer);
    else if (nowMs - writer.announcedMs >= announceMs) {
      writer.announcedMs = nowMs;
      await this.#options.announcer.opened(this.#options.app, writer.id);
    }
  }

  /** Ends the present writer as soon as nothing runs under it, and says so when all of it is on the stream. */
  async retire(): Promise<void> {
    const writer = this.#current;
    if (writer === null) return;
    const untilMs = performance.now() + RETIRE_MS;
    while (!writer.isIdle(0) && performance.now() < untilMs) await sleep(RETIRE_POLL_MS);
    if (this.#current === writer) await this.#remove(writer);
    await this.#former.closeRemoved();
  }

  /** Says all writers open again: the stream may have lost it. Where that fails, {@link tend} repeats it. */
  async announceAgain(): Promise<void> {
    const { app, announcer } = this.#options;
    this.#mustAnnounce = true;
    for (const writer of this.#all()) {
      if (writer === this.#current || this.#former.isOpen(writer)) await announcer.opened(app, writer.id);
    }
    this.#mustAnnounce = false;
  }

  /** Opens none any more. */
  stop(): void {
    this.#former.stop();
  }

  /**
   * With commits that are not on the stream when the time is over, a writer stays open: followers must not take the app
   * for complete.
   */
  async close(graceMs: number): Promise<void> {
    // One that is being opened would stay open.
    await Promise.allSettled([this.#opening]);
    this.#giveUp();
    if (this.#current !== null) await this.#remove(this.#current);
    await this.#former.close(graceMs);
  }

  #all(): readonly EventWriter[] {
    return this.#current === null ? this.#former.all : [this.#current, ...this.#former.all];
  }

  async #announce(): Promise<EventWriter> {
    const { app, announcer } = this.#options;
    const writer = this.#unconfirmed ?? new EventWriter();
    writer.used();
    // Followers may know of it from here on, so it beats, even if nothing comes of it.
    this.#unconfirmed = writer;
    this.#former.add(writer);
    await announcer.opened(app, writer.id);
    this.#unconfirmed = null;
    try {
      await this.#enter(writer);
    } catch (error) {
      void this.#former.sayClosed(writer);
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
        await createSystemTables(tx);
        await tx.query(skipIdsOfFormerTimeline());
        await tx.query(statement);
      });
    }
  }

  /** What has not begun to commit under it fails from here on, and is repeated under another writer. */
  async #remove(writer: EventWriter): Promise<void> {
    this.#current = null;
    this.#former.add(writer);
    try {
      await this.#options.database.primary.query(removeWriter(writer.id));
    } catch (error) {
      this.#former.doubt(writer);
      throw error;
    }
    this.#former.removed(writer);
  }

  #giveUp(): void {
    const writer = this.#unconfirmed;
    if (writer === null || this.#opening !== null) return;
    this.#unconfirmed = null;
    this.#former.removed(writer);
  }
}
