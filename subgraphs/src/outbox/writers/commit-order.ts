/** The commits of a writer that are not known to be on the stream, by numbers in the order in which they began. */
export class CommitOrder {
  #next = 1;
  readonly #unsettled = new Set<number>();

  /** Called before the commit is sent: from then on it may have happened. */
  begin(): number {
    const number = this.#next;
    this.#next += 1;
    this.#unsettled.add(number);
    return number;
  }

  /** The commit is on the stream, or was not made. */
  end(number: number): void {
    this.#unsettled.delete(number);
  }

  /** What the next commit will be. */
  get next(): number {
    return this.#next;
  }

  /** Every commit before this one has ended. */
  get endedBefore(): number {
    // A set keeps the order of insertion.
    for (const number of this.#unsettled) return number;
    return this.#next;
  }

  get isEmpty(): boolean {
    return this.#unsettled.size === 0;
  }
}
