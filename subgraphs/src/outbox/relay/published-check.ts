/**
 * What has to be known in each session with the stream before anything else of an app is published or claimed: that the
 * stream still has what was marked as published. Marks of this session would hide that older ones are void.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isPostgresError, type Logger, POSTGRES_CODES } from '@rocket/platform';
import type { AppStream } from '../app-stream.ts';
import { selectHighestId } from '../outbox-sql.ts';
import { restorePublished } from './restore-published.ts';
import { sweepOutbox } from './sweep-outbox.ts';

const AGAIN_MS = 1_000;

export interface PublishedCheckOptions extends AppStream {
  readonly logger: Logger;
}

export class PublishedCheck {
  readonly #options: PublishedCheckOptions;
  /** A check of an earlier session says nothing of this one. */
  #session = 0;
  #passed = Promise.withResolvers<void>();
  isPassed = false;

  constructor(options: PublishedCheckOptions) {
    this.#options = options;
  }

  /** Resolves when it has passed in the present session, which may be never. */
  passed(): Promise<void> {
    return this.#passed.promise;
  }

  /** The connection is lost: another store may be behind the same address when it is back. */
  forget(): void {
    this.#session += 1;
    if (this.isPassed) this.#passed = Promise.withResolvers();
    this.isPassed = false;
  }

  /** Repeated until it passes, or another session makes it void. Does nothing while there is none. */
  async run(): Promise<void> {
    this.forget();
    if (this.#options.bus.state().kind === 'down') return;
    const session = this.#session;
    while (session === this.#session) {
      if (await this.#check()) {
        if (session === this.#session) this.#pass();
        return;
      }
      await sleep(AGAIN_MS, undefined, { ref: false });
    }
  }

  #pass(): void {
    this.isPassed = true;
    this.#passed.resolve();
  }

  async #check(): Promise<boolean> {
    const { app, bus, database, logger } = this.#options;
    try {
      const events = bus.outlivesProcess ? await restorePublished(this.#options) : 0;
      if (events > 0) logger.warn({ app, events }, 'the stream has lost events; they are published again');
      // What comes later is of those who write now, and could go on for ever.
      const [row] = await database.primary.query(selectHighestId());
      const upTo = typeof row?.[0] === 'string' ? row[0] : '0';
      await sweepOutbox({ app, bus, database, of: { writer: null, upTo } });
      return true;
    } catch (error) {
      // Without the table nothing was ever published.
      if (isPostgresError(error) && error.code === POSTGRES_CODES.undefinedTable) return true;
      logger.debug({ err: error, app }, 'what is on the stream cannot be compared now');
      return false;
    }
  }
}
