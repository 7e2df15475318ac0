/** A body of which a test makes each piece. */
export class Pieces implements AsyncIterableIterator<string> {
  /** How many pieces were asked for. */
  asked = 0;
  /** How often `return()` was called. */
  returned = 0;
  readonly #waiting: PromiseWithResolvers<IteratorResult<string, undefined>>[] = [];

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<string, undefined>> {
    this.asked += 1;
    const waiting = Promise.withResolvers<IteratorResult<string, undefined>>();
    this.#waiting.push(waiting);
    return waiting.promise;
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    this.returned += 1;
    this.end();
    return { done: true, value: undefined };
  }

  /** Gives the piece to who waits for one; there has to be somebody. */
  give(value: string): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw new Error('Nobody waits for a piece');
    waiting.resolve({ done: false, value });
  }

  end(): void {
    for (const waiting of this.#waiting.splice(0)) waiting.resolve({ done: true, value: undefined });
  }

  fail(error: Error): void {
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}
