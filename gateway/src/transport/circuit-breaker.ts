/** Consecutive connection failures after which a shard counts as dead. */
export const OPEN_AFTER_FAILURES = 5;
/** How long a dead shard is left alone before one call tries it again. */
export const PROBE_AFTER_MS = 1_000;

export interface BreakerOptions {
  readonly isDead: (error: unknown) => boolean;
  readonly tellsNothing?: (error: unknown) => boolean;
  readonly onOpen: () => Error;
}

/**
 * Makes calls to a dead shard fail at once instead of each waiting for its own connect timeout. One probe at a time
 * is allowed once the pause is over; its success closes the breaker again.
 */
export class CircuitBreaker {
  readonly #now: () => number;
  #failures = 0;
  #probeAtMs = 0;
  #probing = false;

  /** `now` is the clock in ms; given by tests. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Runs `call` if the breaker allows it; otherwise `onOpen` makes the error. `isDead` is true for errors that mean
   * that nobody answered, `tellsNothing` for those that show neither a dead nor a living shard.
   */
  async run<T>(call: () => Promise<T>, options: BreakerOptions): Promise<T> {
    if (!this.#admits()) throw options.onOpen();
    try {
      const result = await call();
      this.#record(true);
      return result;
    } catch (error) {
      if (options.tellsNothing?.(error) === true) this.#probing = false;
      else this.#record(!options.isDead(error));
      throw error;
    }
  }

  get isOpen(): boolean {
    return this.#failures >= OPEN_AFTER_FAILURES;
  }

  #admits(): boolean {
    if (!this.isOpen) return true;
    if (this.#probing || this.#now() < this.#probeAtMs) return false;
    this.#probing = true;
    return true;
  }

  #record(alive: boolean): void {
    this.#probing = false;
    if (alive) {
      this.#failures = 0;
      return;
    }
    this.#failures += 1;
    this.#probeAtMs = this.#now() + PROBE_AFTER_MS;
  }
}
