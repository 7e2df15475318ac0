import type { Connection } from '../wire/connection.ts';

/** A caller who waits for a connection. Exactly one of `give` and `refuse` is called, once. */
export interface Waiter {
  readonly give: (connection: Connection) => void;
  readonly refuse: (error: unknown) => void;
  /** After which nobody needs the answer; Unix time in ms, or infinity. */
  readonly deadlineAtMs: number;
  readonly sinceMs: number;
  /** When they give up: at their deadline, or when they have waited for too long. */
  readonly untilMs: number;
}

/** Those who wait, first come, first served. */
export class WaitingLine {
  #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /** When the first one came; infinity when nobody waits. */
  get sinceMs(): number {
    return this.#waiters[0]?.sinceMs ?? Number.POSITIVE_INFINITY;
  }

  /** When the next one gives up. */
  get untilMs(): number {
    return this.#waiters.reduce((first, { untilMs }) => Math.min(first, untilMs), Number.POSITIVE_INFINITY);
  }

  add(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  take(): Waiter | undefined {
    return this.#waiters.shift();
  }

  takeAll(): readonly Waiter[] {
    return this.#waiters.splice(0);
  }

  takeOverdue(nowMs: number): readonly Waiter[] {
    const overdue = this.#waiters.filter(({ untilMs }) => untilMs <= nowMs);
    if (overdue.length > 0) this.#waiters = this.#waiters.filter(({ untilMs }) => untilMs > nowMs);
    return overdue;
  }
}
