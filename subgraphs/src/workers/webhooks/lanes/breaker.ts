/** Whether an endpoint is worth a request now: one that does not work is asked by one request at a time, ever more seldom. */

/** Failures in a row after which an endpoint counts as one that does not work. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;
/** A receiver that asks for more is asked earlier. */
const MAX_ASKED_MS = 5 * 60_000;

export interface Breaker {
  /** In so many ms a request may be made; 0 is now. */
  waitMs(): number;
  /** Many requests may be made at once. */
  isTrusted(): boolean;
  /** The receiver has answered as one that works. */
  worked(): void;
  /** @param askedMs for how long the receiver wants to be left alone; 0 when it has not said */
  failed(askedMs: number): void;
}

/** @param now ms of a clock that only goes forward */
export function createBreaker(now: () => number = () => performance.now()): Breaker {
  let failures = 0;
  let pauses = 0;
  let openUntilMs = 0;
  return {
    waitMs: () => Math.max(0, openUntilMs - now()),
    isTrusted: () => failures < FAILURES,
    worked() {
      failures = 0;
      pauses = 0;
      openUntilMs = 0;
    },
    failed(askedMs) {
      failures += 1;
      const nowMs = now();
      // Requests that were under way when it was found out say nothing new.
      if (failures >= FAILURES && nowMs >= openUntilMs) {
        openUntilMs = nowMs + Math.min(FIRST_PAUSE_MS * 2 ** pauses, MAX_PAUSE_MS);
        pauses += 1;
      }
      openUntilMs = Math.max(openUntilMs, nowMs + Math.min(askedMs, MAX_ASKED_MS));
    },
  };
}
