import type { MoveRecord } from '@rocket/platform';

/** A move as it was read, with what tells whether it has changed. */
export interface SeenMove {
  readonly move: MoveRecord;
  readonly text: string;
  readonly isOver: boolean;
}

type Result = IteratorResult<MoveRecord, undefined>;

const DONE = { value: undefined, done: true } as const;

/**
 * Moves for one subscriber, each as it is now: what changes twice before it is taken is told once. Other than an async
 * generator it ends at once, also while it waits.
 */
export class MoveSubscriber implements AsyncIterableIterator<MoveRecord> {
  /** The one that is told; null for all. */
  readonly id: string | null;
  readonly #onEnd: () => void;
  /** By move, what was told of it last. */
  #told = new Map<string, string>();
  /** Of these nothing more is told. */
  #over: ReadonlySet<string> = new Set();
  readonly #waiting = new Map<string, MoveRecord>();
  #isFirst = true;
  #isEnded = false;
  #wake: () => void = () => undefined;

  constructor(id: string | null, onEnd: () => void) {
    this.id = id;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @param seen all moves that may have changed */
  tell(seen: readonly SeenMove[]): void {
    if (this.#isEnded) return;
    const mine = this.id === null ? seen : seen.filter(({ move }) => move.id === this.id);
    const told = new Map<string, string>();
    const over = new Set<string>();
    for (const each of mine) {
      const { id } = each.move;
      // What was over before it subscribed is news only to who has asked for it.
      const isOld = this.#over.has(id) || (each.isOver && this.#isFirst && this.id === null);
      if (!isOld && this.#told.get(id) !== each.text) this.#waiting.set(id, each.move);
      told.set(id, each.text);
      if (each.isOver) over.add(id);
    }
    this.#told = told;
    this.#over = over;
    this.#isFirst = false;
    // A move that is gone from the catalog can never be over.
    if (this.id !== null && (mine.length === 0 || over.has(this.id))) this.end();
    else this.#wake();
  }

  /** What waits is still taken. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd();
    this.#wake();
  }

  async next(): Promise<Result> {
    for (;;) {
      const [first] = this.#waiting.values();
      if (first !== undefined) {
        this.#waiting.delete(first.id);
        return { value: first, done: false };
      }
      if (this.#isEnded) return DONE;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }

  return(): Promise<Result> {
    this.#waiting.clear();
    this.end();
    return Promise.resolve(DONE);
  }
}
