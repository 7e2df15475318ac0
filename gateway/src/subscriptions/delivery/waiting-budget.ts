import type { Identity } from '../../identity/identity.ts';

/** Of one user over all their subscriptions, or of all who are not signed in. */
const MAX_WAITING = 100_000;

/** Bounds the changes that wait for all subscriptions of one user, who may have thousands. */
export class WaitingBudget {
  readonly #max: number;
  readonly #waiting = new Map<string, number>();

  constructor(max: number = MAX_WAITING) {
    this.#max = max;
  }

  of(identity: Identity): WaitingShare {
    const key =
      identity.kind === 'anonymous'
        ? ''
        : `${identity.kind === 'app' ? identity.app : ''} ${identity.userId}`;
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
