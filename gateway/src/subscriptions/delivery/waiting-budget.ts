import type { ResolvedChange } from '../operation/change-payload.ts';

/** Of one caller over all their subscriptions: a user, or an address from which nobody has signed in. */
const MAX_WAITING = 100_000;
/** Of the same, as JSON. Subscriptions that are told the same share it in memory, but not all are. */
const MAX_WAITING_BYTES = 256 * 1024 * 1024;

interface Waiting {
  readonly changes: number;
  readonly bytes: number;
}

const NONE: Waiting = { changes: 0, bytes: 0 };

/** Bounds the changes that wait for all subscriptions of one caller, who may have thousands. */
export class WaitingBudget {
  readonly #max: Waiting;
  readonly #waiting = new Map<string, Waiting>();

  constructor({ changes = MAX_WAITING, bytes = MAX_WAITING_BYTES }: Partial<Waiting> = {}) {
    this.#max = { changes, bytes };
  }

  of(key: string): WaitingShare {
    return {
      take: (bytes) => {
        const { changes, bytes: before } = this.#waiting.get(key) ?? NONE;
        if (changes >= this.#max.changes || before + bytes > this.#max.bytes) return false;
        this.#waiting.set(key, { changes: changes + 1, bytes: before + bytes });
        return true;
      },
      give: (bytes) => {
        const { changes, bytes: before } = this.#waiting.get(key) ?? NONE;
        if (changes > 1) this.#waiting.set(key, { changes: changes - 1, bytes: before - bytes });
        else this.#waiting.delete(key);
      },
    };
  }
}

/** What is counted for one subscription. */
export interface WaitingShare {
  /** One more waits, of so many bytes; false when that is too much. */
  take(bytes: number): boolean;
  /** One that was taken does not wait any more. */
  give(bytes: number): void;
}

const knownBytes = new WeakMap<ResolvedChange, number>();

/** Measured once for all to whom it is told, and only when it has to wait. */
export function bytesOf(change: ResolvedChange): number {
  const known = knownBytes.get(change) ?? JSON.stringify([change.nodes, change.previous]).length;
  knownBytes.set(change, known);
  return known;
}
