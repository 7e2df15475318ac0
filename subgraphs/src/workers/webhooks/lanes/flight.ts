import type { Delivery } from '../../../webhooks/delivery-sql.ts';

/** A delivery on its way: it waits for its turn, is sent, and what came of it is stored. */
export interface Flight {
  readonly delivery: Delivery;
  readonly queuedAtMs: number;
  /** Resolves when nobody has to wait for it any more: it is stored, whatever becomes of it. */
  readonly settled: Promise<void>;
  started(): void;
  /** Ms since it was started; 0 before. */
  ageMs(): number;
  settleWith(end: Promise<void>): void;
  /** Stores it while it is under way, so that nobody has to wait for it. It is not settled when that fails. */
  shelve(store: () => Promise<void>): void;
  /** Whether it needs to be shelved, so as not to be waited for. */
  readonly isHeld: boolean;
  /** Whether it is in the database, which is known when it is not being shelved. */
  isStored(): Promise<boolean>;
}

export function createFlight(delivery: Delivery, isTaken: boolean): Flight {
  const queuedAtMs = performance.now();
  const { promise: settled, resolve, reject } = Promise.withResolvers<void>();
  // Nobody waits for those that were taken from the database; the lane says what goes wrong with them.
  if (isTaken) settled.catch(() => undefined);
  let startedAtMs: number | null = null;
  let shelving: Promise<boolean> = Promise.resolve(isTaken);
  let isHeld = !isTaken;
  return {
    delivery,
    queuedAtMs,
    settled,
    started: () => {
      startedAtMs = performance.now();
    },
    ageMs: () => (startedAtMs === null ? 0 : performance.now() - startedAtMs),
    settleWith: (end) => void end.then(resolve, reject),
    get isHeld() {
      return isHeld;
    },
    shelve(store) {
      isHeld = false;
      shelving = store().then(
        () => {
          resolve();
          return true;
        },
        () => {
          isHeld = true;
          return false;
        },
      );
    },
    isStored: () => shelving,
  };
}
