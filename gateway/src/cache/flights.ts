/** Reads that several callers wait for: one of them reads, and the others take its answer. */
import type { KeptAnswer } from './kept/kept-answer.ts';

export interface Flight {
  /** What the caller who reads has kept; null when it was nothing that others could take. Never rejects. */
  readonly landed: Promise<KeptAnswer | null>;
}

export class Flights {
  readonly #flights = new Map<string, Flight>();

  /** The read of this key that is going on; undefined when there is none. */
  find(key: string): Flight | undefined {
    return this.#flights.get(key);
  }

  /** Begins a read; what is returned ends it. */
  begin(key: string): (kept: KeptAnswer | null) => void {
    const { promise: landed, resolve } = Promise.withResolvers<KeptAnswer | null>();
    const flight = { landed };
    this.#flights.set(key, flight);
    return (kept) => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      resolve(kept);
    };
  }
}
