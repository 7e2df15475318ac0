import type { Connection } from '../wire/connection.ts';

/** A caller who waits for a connection. Exactly one of `give` and `refuse` is called, once. */
export interface Waiter {
  readonly give: (connection: Connection) => void;
  readonly refuse: (error: unknown) => void;
  /** Unix time in ms after which nobody needs the answer, or infinity. */
  readonly deadlineAtMs: number;
  readonly sinceMs: number;
  /** Unix time in ms at which the caller gives up: at the deadline, or after waiting too long. */
  readonly untilMs: number;
}

/** The waiting callers, first come, first served. */
export class WaitingLine {
  #waiters: Waiter[] = [];

  get length(): number {
    return this.#waiters.length;
  }

  /** Unix time in ms at which the first caller came; infinity when nobody waits. */
  get sinceMs(): number {
    return this.#waiters[0]?.sinceMs ?? Number.POSITIVE_INFINITY;
  }

  /** Unix time in ms at which the next caller gives up. */
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
