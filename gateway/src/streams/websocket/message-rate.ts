/** How many messages may come: so many at once, and so many for each second. */
export class MessageRate {
  readonly #perMs: number;
  readonly #burst: number;
  #left: number;
  #countedAt = performance.now();

  constructor(options: { messagesPerSecond: number; messageBurst: number }) {
    this.#perMs = options.messagesPerSecond / 1_000;
    this.#burst = options.messageBurst;
    this.#left = options.messageBurst;
  }

  /** Counts one message. @returns false when it is one too many */
  count(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + (now - this.#countedAt) * this.#perMs) - 1;
    this.#countedAt = now;
    return this.#left >= 0;
  }
}
