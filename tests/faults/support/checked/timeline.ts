/**
 * What an app's database held, and when. Writes to an app come one after the other, so its states are a list; of each is
 * known only that it began between the moment its write was sent and the moment that was answered. Times are in ms of
 * `performance.now()`.
 */
import { isDeepStrictEqual } from 'node:util';
import { MAX_STALENESS_MS } from '@rocket/schema';
import type { State } from './checked-state.ts';

interface Version {
  readonly state: State;
  /** It was not there before. */
  readonly beginsMs: number;
  /** It was there by then; infinite while its write is not answered. */
  readonly isThereMs: number;
}

/** When an answer was asked for and came, and the least version that it may show. */
export interface Asking {
  readonly startMs: number;
  readonly endMs: number;
  /** From the token that was sent; 0 without one. */
  readonly least: number;
}

export class Timeline {
  readonly #versions: Version[];

  constructor(first: State) {
    this.#versions = [
      { state: first, beginsMs: Number.NEGATIVE_INFINITY, isThereMs: Number.NEGATIVE_INFINITY },
    ];
  }

  get newest(): State {
    return this.#at(this.number).state;
  }

  /** Of the newest version. */
  get number(): number {
    return this.#versions.length - 1;
  }

  /** A write is sent that leads to this state. */
  begin(state: State, nowMs: number = performance.now()): void {
    if (this.#at(this.number).isThereMs === Number.POSITIVE_INFINITY)
      throw new Error('The write of before is not answered');
    this.#versions.push({ state, beginsMs: nowMs, isThereMs: Number.POSITIVE_INFINITY });
  }

  /** It was made. */
  confirm(nowMs: number = performance.now()): void {
    this.#versions.push({ ...this.#take(), isThereMs: nowMs });
  }

  /** It was not made, and never will be. */
  cancel(): void {
    this.#take();
  }

  /**
   * Null when the answer is that of some moment at which it may be: from 2 s before it was asked for until it came, and
   * not from before the write of the token. Else how old it is.
   */
  judge(asking: Asking, actual: unknown, expected: (state: State) => unknown): Misfit | null {
    for (let number = this.number; number >= 0; number -= 1) {
      const { state, beginsMs } = this.#at(number);
      if (beginsMs > asking.endMs) continue;
      if (!isDeepStrictEqual(expected(state), actual)) continue;
      const endedMs = this.#versions[number + 1]?.isThereMs ?? Number.POSITIVE_INFINITY;
      if (number >= asking.least && endedMs >= asking.startMs - MAX_STALENESS_MS) return null;
      const staleMs = Math.round(asking.startMs - endedMs);
      return { version: number, newest: this.number, least: asking.least, staleMs, actual };
    }
    const now = expected(this.newest);
    return { version: null, newest: this.number, least: asking.least, staleMs: null, actual, now };
  }

  #at(number: number): Version {
    const version = this.#versions[number];
    if (version === undefined) throw new Error(`There is no version ${number}`);
    return version;
  }

  #take(): Version {
    const version = this.#versions.at(-1);
    if (version?.isThereMs !== Number.POSITIVE_INFINITY) throw new Error('No write is under way');
    this.#versions.pop();
    return version;
  }
}

/** What is wrong with an answer. */
export interface Misfit {
  /** The last version that it would have been the answer of; null when it never was that of any. */
  readonly version: number | null;
  readonly newest: number;
  readonly least: number;
  /** Since when it was not true any more, before it was asked for; negative when a token forbids it. */
  readonly staleMs: number | null;
  readonly actual: unknown;
  readonly now?: unknown;
}
