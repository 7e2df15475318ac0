/** Of one caller over all their subscriptions: a user, or an address from which nobody has signed in. */
const MAX_WAITING = 100_000;

/** Bounds the changes that wait for all subscriptions of one caller, who may have thousands. */
export class WaitingBudget {
  readonly #max: number;
  readonly #waiting = new Map<string, number>();

  constructor(max: number = MAX_WAITING) {
    this.#max = max;
  }

  of(key: string): WaitingShare {
    return {
      take: () => {
        const waiting = this.#waiting.get(key) ?? 0;
        if (waiting >= this.#max) return false;
        this.#waiting.set(key, waiting + 1);
        return true;
      },
      give: (count) => {
        if (count === 0) return;
        const left = (this.#waiting.get(key) ?? 0) - count;
        if (left > 0) this.#waiting.set(key, left);
        else this.#waiting.delete(key);
      },
    };
  }
}

/** What is counted for one subscription. */
export interface WaitingShare {
  /** One more waits; false when that is too much. */
  take(): boolean;
  give(count: number): void;
}
