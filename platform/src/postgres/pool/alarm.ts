/** The longest that a timer of Node can wait. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/**
 * One timer for many deadlines. A timer for each statement would be made and removed thousands of times a second, and
 * would hardly ever fire; here a deadline that is later than the next one costs only a comparison.
 */
export class Alarm {
  readonly #ring: (nowMs: number) => number;
  #timer: NodeJS.Timeout | undefined;
  #setForMs = Number.POSITIVE_INFINITY;

  /** @param ring does what is due, and says when the next thing is; infinity for nothing */
  constructor(ring: (nowMs: number) => number) {
    this.#ring = ring;
  }

  /** Makes sure that it rings by then. */
  notAfter(atMs: number): void {
    if (atMs >= this.#setForMs) return;
    this.#setForMs = atMs;
    clearTimeout(this.#timer);
    const delayMs = Math.min(MAX_DELAY_MS, Math.max(1, atMs - Date.now()));
    this.#timer = setTimeout(() => this.#rung(), delayMs).unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#setForMs = Number.NEGATIVE_INFINITY;
  }

  #rung(): void {
    this.#setForMs = Number.POSITIVE_INFINITY;
    this.notAfter(this.#ring(Date.now()));
  }
}
