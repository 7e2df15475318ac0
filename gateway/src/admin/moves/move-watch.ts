import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, MoveRecord, Moves } from '@rocket/platform';
import { isMoveOver } from '@rocket/schema';
import { MoveSubscriber, type SeenMove } from './move-subscriber.ts';

const INTERVAL_MS = 250;
/** More than are in progress at a time. */
const MOST_OPEN = 1_000;
/** Moves that began and ended since the catalog was asked last are among these. */
const NEWEST = 50;

export interface MoveWatchParts {
  readonly moves: Pick<Moves, 'list' | 'get'>;
  readonly logger: Logger;
}

/** Tells subscribers of moves; the catalog is asked for all of them together, while there is at least one. */
export class MoveWatch {
  readonly #parts: MoveWatchParts;
  readonly #subscribers = new Set<MoveSubscriber>();
  /** Those that were open when the catalog was asked last. */
  #open: ReadonlySet<string> = new Set();
  #isRunning = false;
  #isFailing = false;
  #isClosed = false;

  constructor(parts: MoveWatchParts) {
    this.#parts = parts;
  }

  /** Moves that are in progress, or end while it lasts. */
  all(): AsyncIterableIterator<MoveRecord> {
    return this.#subscribe(null);
  }

  /** One move, until it is over. */
  one(id: string): AsyncIterableIterator<MoveRecord> {
    return this.#subscribe(id);
  }

  /** Ends all. */
  close(): void {
    this.#isClosed = true;
    for (const subscriber of this.#subscribers) subscriber.end();
  }

  #subscribe(id: string | null): MoveSubscriber {
    const subscriber = new MoveSubscriber(id, () => this.#subscribers.delete(subscriber));
    if (this.#isClosed) subscriber.end();
    else this.#subscribers.add(subscriber);
    void this.#run();
    return subscriber;
  }

  /** One at a time asks, however many subscribe. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#subscribers.size > 0) {
      await this.#look();
      await sleep(INTERVAL_MS, undefined, { ref: false });
    }
    this.#open = new Set();
    this.#isRunning = false;
  }

  async #look(): Promise<void> {
    // Who comes while the catalog is asked is told of the next answer, which is newer than they are.
    const asking = [...this.#subscribers];
    try {
      const seen = await this.#read();
      this.#isFailing = false;
      for (const subscriber of asking) subscriber.tell(seen);
    } catch (error) {
      // Who waits goes on waiting: a catalog whose server has changed answers again in a moment.
      if (!this.#isFailing && !this.#isClosed) {
        this.#parts.logger.warn({ err: error }, 'the catalog does not say how moves are doing');
      }
      this.#isFailing = true;
    }
  }

  /** The oldest first. */
  async #read(): Promise<readonly SeenMove[]> {
    const { moves } = this.#parts;
    const inProgress = await moves.list({ isOpen: true, limit: MOST_OPEN });
    const newest = await moves.list({ limit: NEWEST });
    // The second list is the newer one.
    const found = new Map([...inProgress, ...newest].map((move) => [move.id, move]));
    const asked = [...this.#subscribers].flatMap(({ id }) => (id === null ? [] : [id]));
    const missing = [...new Set([...this.#open, ...asked])].filter((id) => !found.has(id));
    for (const move of await Promise.all(missing.map((id) => moves.get(id)))) {
      if (move !== null) found.set(move.id, move);
    }
    const all = [...found.values()].toSorted((a, b) => a.requestedAt.getTime() - b.requestedAt.getTime());
    this.#open = new Set(all.filter(({ phase }) => !isMoveOver(phase)).map(({ id }) => id));
    return all.map((move) => ({ move, text: JSON.stringify(move), isOver: isMoveOver(move.phase) }));
  }
}
