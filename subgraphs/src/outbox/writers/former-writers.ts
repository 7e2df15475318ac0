/** Writers of one app under which nothing new is written, and that followers take for open until they are said closed. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventWriter } from './event-writer.ts';
import { settleWriter } from './settle-writer.ts';
import type { AppWritersOptions } from './writer-options.ts';

const SETTLE_AGAIN_MS = 1_000;
const CLOSE_AGAIN_MS = 10;

export class FormerWriters {
  readonly #options: AppWritersOptions;
  readonly #all = new Set<EventWriter>();
  /** Those that are not entered any more, with the number after the last commit that may have been made before. */
  readonly #removed = new Map<EventWriter, number>();
  /** Those whose commits are looked up. */
  readonly #doubted = new Set<EventWriter>();
  /** Those that are being said closed: an `open` must not come after that. */
  readonly #closing = new Set<EventWriter>();
  #isStopped = false;

  constructor(options: AppWritersOptions) {
    this.#options = options;
  }

  /** For beats. */
  get all(): readonly EventWriter[] {
    return [...this.#all];
  }

  isOpen(writer: EventWriter): boolean {
    return this.#all.has(writer) && !this.#closing.has(writer);
  }

  /** Followers know of it, and nothing is written under it yet, or any more. */
  add(writer: EventWriter): void {
    this.#all.add(writer);
  }

  /** It is written under. */
  delete(writer: EventWriter): void {
    this.#all.delete(writer);
  }

  /** It is not entered: what has not begun to commit under it fails. It is closed when all else is on the stream. */
  removed(writer: EventWriter): void {
    this.#all.add(writer);
    if (!this.#doubted.has(writer)) this.#removed.set(writer, writer.commits.next);
  }

  /** It is not known whether a transaction of the writer was committed, or may be still, or whether it is entered. */
  doubt(writer: EventWriter): void {
    if (this.#doubted.has(writer)) return;
    this.#doubted.add(writer);
    this.#all.add(writer);
    this.#removed.delete(writer);
    void this.#settle(writer);
  }

  async closeRemoved(): Promise<void> {
    for (const [writer, next] of this.#removed) {
      if (writer.commits.endedBefore < next) continue;
      this.#removed.delete(writer);
      await this.sayClosed(writer);
    }
  }

  /** Resolves when it is said, however long that takes. */
  async sayClosed(writer: EventWriter): Promise<void> {
    this.#closing.add(writer);
    await this.#options.announcer.closed(this.#options.app, writer.id);
    this.#closing.delete(writer);
    this.#doubted.delete(writer);
    this.#all.delete(writer);
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** Closes those that were removed, as far as the time suffices. */
  async close(graceMs: number): Promise<void> {
    const late = sleep(graceMs, 'late' as const, { ref: false });
    while (this.#removed.size > 0) {
      const closed = this.closeRemoved().then(() => sleep(CLOSE_AGAIN_MS));
      // Saying it takes as long as the stream is away.
      if ((await Promise.race([closed, late])) === 'late') return;
    }
  }

  async #settle(writer: EventWriter): Promise<void> {
    const { app, announcer, logger, checked } = this.#options;
    while (!this.#isStopped) {
      await checked();
      try {
        await settleWriter({ ...this.#options, writer: { id: writer.id, process: announcer.process } });
        return await this.sayClosed(writer);
      } catch (error) {
        logger.warn({ err: error, app }, 'an interrupted commit could not be looked up');
      }
      await sleep(SETTLE_AGAIN_MS, undefined, { ref: false });
    }
  }
}
