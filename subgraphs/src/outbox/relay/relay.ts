/**
 * Publishes the events of one app: those of this process right after their commit, from memory. When they are too many,
 * because the stream does not take them, they are left to the outbox, and read from there later.
 */
import { type Logger, within } from '@rocket/platform';
import type { AppStream } from '../app-stream.ts';
import { createMarks } from './marks.ts';
import { type CommittedEvent, publishEvents } from './publish-events.ts';
import { sweepOutbox } from './sweep-outbox.ts';

/** Events of one message round to the stream; a commit's events go together, so it may be more. */
const BATCH_EVENTS = 500;
/** Records are a few kB each. */
const DEFAULT_MAX_QUEUED = 10_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

export interface RelayOptions extends AppStream {
  readonly logger: Logger;
  /** Events that may wait in memory; 10,000 by default. The others wait in the outbox alone. */
  readonly maxQueued?: number;
  /** Resolves when something may be published; see {@link PublishedCheck}. */
  readonly checked: () => Promise<void>;
  /** Called with the highest position of each batch that was stored. */
  readonly onPublished: (position: number, events: number) => void;
}

export interface RelayedCommit {
  readonly events: readonly CommittedEvent[];
  /** Unix time in ms. */
  readonly committedAtMs: number;
  /** Called once, when all events are on the stream. */
  readonly onPublished: () => void;
}

export interface RelayStatus {
  /** Events that were committed by this process and are not on the stream. */
  readonly waiting: number;
  /** Unix time in ms of the oldest of their commits; null when none waits. */
  readonly oldestAtMs: number | null;
}

/** Its events are in the outbox alone. */
interface SpilledCommit extends Omit<RelayedCommit, 'events'> {
  readonly events: number;
}

export class Relay {
  readonly #options: RelayOptions;
  readonly #marks: ReturnType<typeof createMarks>;
  #queue: RelayedCommit[] = [];
  #spilled: SpilledCommit[] = [];
  #waiting = 0;
  #run: Promise<void> | null = null;
  #failures = 0;
  #closed = false;
  #pause: PromiseWithResolvers<void> | null = null;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#marks = createMarks(options);
  }

  add(commit: RelayedCommit): void {
    this.#waiting += commit.events.length;
    const { maxQueued = DEFAULT_MAX_QUEUED } = this.#options;
    if (this.#spilled.length > 0 || this.#waiting > maxQueued) {
      this.#spilled.push({ ...commit, events: commit.events.length });
    } else this.#queue.push(commit);
    this.#start();
  }

  status(): RelayStatus {
    const oldest = this.#queue[0] ?? this.#spilled[0];
    return { waiting: this.#waiting, oldestAtMs: oldest?.committedAtMs ?? null };
  }

  /** The stream may take events again. */
  wake(): void {
    this.#pause?.resolve();
  }

  /** The connection is lost. What is not marked by now is published again, as the stream may have lost it. */
  lost(): void {
    this.#marks.drop();
  }

  /** Resolves when nothing waits any more and what was published is marked, or the time is over. */
  async drain(graceMs: number): Promise<void> {
    this.wake();
    const drained = Promise.resolve(this.#run).then(() => this.#marks.flush());
    await within(graceMs, drained, () => undefined);
  }

  /** What still waits stays in the outbox. */
  close(): void {
    this.#closed = true;
    this.#marks.close();
    this.wake();
  }

  #start(): void {
    if (this.#closed) return;
    this.#run ??= this.#work().finally(() => {
      this.#run = null;
      if (this.#queue.length + this.#spilled.length > 0) this.#start();
    });
  }

  async #work(): Promise<void> {
    while (!this.#closed && this.#queue.length + this.#spilled.length > 0) {
      await this.#options.checked();
      try {
        // What is in memory was committed before what was left to the outbox.
        if (this.#queue.length > 0) await this.#publishBatch();
        else await this.#publishSpilled();
        this.#recovered();
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  async #publishBatch(): Promise<void> {
    const { app, bus, database, onPublished } = this.#options;
    const commits = this.#takeBatch();
    const events = commits.flatMap((commit) => commit.events);
    // Whatever is not published, by this method's end or its failure, is tried again before what came meanwhile.
    let published: ReadonlySet<string> = new Set();
    try {
      const lsn = await database.committed();
      const report = await publishEvents({ bus, app, events, lsn });
      published = new Set(report.published.map(({ id }) => id));
      this.#marks.add(report.published);
      onPublished(report.upTo, published.size);
      // A stream that takes some of them is full, not away, and soon takes more.
      if (published.size > 0) this.#failures = Math.min(this.#failures, 1);
      if (report.failure !== null) throw report.failure;
    } finally {
      this.#settle(commits, published);
    }
  }

  #takeBatch(): readonly RelayedCommit[] {
    let events = 0;
    const end = this.#queue.findIndex((commit) => {
      events += commit.events.length;
      return events > BATCH_EVENTS;
    });
    // A commit of more events than a batch is a batch of its own.
    return this.#queue.splice(0, end < 0 ? this.#queue.length : Math.max(1, end));
  }

  #settle(commits: readonly RelayedCommit[], published: ReadonlySet<string>): void {
    this.#waiting -= published.size;
    const rest: RelayedCommit[] = [];
    for (const commit of commits) {
      const events = commit.events.filter(({ id }) => !published.has(id));
      if (events.length === 0) commit.onPublished();
      else rest.push({ ...commit, events });
    }
    this.#queue.unshift(...rest);
  }

  async #publishSpilled(): Promise<void> {
    const covered = this.#spilled;
    // From here on commits are queued again. Those before have ended, so the sweep sees their rows.
    this.#spilled = [];
    try {
      await sweepOutbox({ ...this.#options, of: { writer: null, upTo: null } });
    } catch (error) {
      this.#spilled = [...covered, ...this.#spilled];
      throw error;
    }
    for (const commit of covered) {
      this.#waiting -= commit.events;
      commit.onPublished();
    }
  }

  #recovered(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#options.logger.info({ app: this.#options.app }, 'the stream takes the events of the app again');
  }

  async #failed(error: unknown): Promise<void> {
    const { app, logger } = this.#options;
    if (this.#failures === 0) logger.warn({ err: error, app }, 'events of the app wait in its outbox');
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#pause = Promise.withResolvers<void>();
    const timer = setTimeout(this.#pause.resolve, pauseMs);
    await this.#pause.promise;
    clearTimeout(timer);
  }
}
