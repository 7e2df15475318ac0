/** A right to commit changes of an app, announced to those who follow its events. ADR 16 has the protocol. */
import { randomUUID } from 'node:crypto';
import { CommitOrder } from './commit-order.ts';

export class EventWriter {
  readonly id = randomUUID();
  readonly commits = new CommitOrder();
  /** By `performance.now()`. */
  lastUsedMs = performance.now();
  announcedMs = performance.now();
  /** The commits of before the former beat. Null before the first. */
  #mark: number | null = null;

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
