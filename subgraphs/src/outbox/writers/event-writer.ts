/** A right to commit changes of an app, announced to those who follow its events. ADR 16 has the protocol. */
import { randomUUID } from 'node:crypto';
import { CommitOrder } from './commit-order.ts';

export class EventWriter {
  readonly id = randomUUID();
  readonly commits = new CommitOrder();
  /** By `performance.now()`. */
  announcedMs = performance.now();
  #usedMs = performance.now();
  #transactions = 0;
  /** The commits of before the former beat. Null before the first. */
  #mark: number | null = null;

  /** It is needed from now on. */
  used(): void {
    this.#usedMs = performance.now();
  }

  /** Runs a transaction that is to be committed under it. One of an import can take longer than a writer stays idle. */
  async run<T>(transaction: () => Promise<T>): Promise<T> {
    this.used();
    this.#transactions += 1;
    try {
      return await transaction();
    } finally {
      this.#transactions -= 1;
    }
  }

  isIdle(forMs: number): boolean {
    const isUsed = this.#transactions > 0 || !this.commits.isEmpty;
    return !isUsed && performance.now() - this.#usedMs >= forMs;
  }

  /**
   * Called at each beat. @returns whether every commit that was possible before the former beat is on the stream, or was
   * not made
   */
  beat(): boolean {
    const isClear = this.#mark !== null && this.commits.endedBefore >= this.#mark;
    this.#mark = this.commits.next;
    return isClear;
  }
}
