/**
 * Which message was at each of the last positions. An answer that another gateway has kept names the message that it was
 * read after: where that message is not at its position here, the stream is another one, or was restored from an older
 * copy, and positions cannot be compared.
 */
const DEFAULT_LENGTH = 262_144;

export interface StreamStamp {
  readonly position: number;
  /** Hash of the id of the message at the position. */
  readonly message: number;
}

export class PositionTrail {
  readonly #positions: Float64Array;
  readonly #messages: Float64Array;
  #last: StreamStamp | null = null;

  constructor(length: number = DEFAULT_LENGTH) {
    this.#positions = new Float64Array(length);
    this.#messages = new Float64Array(length);
  }

  /** The last message that was applied; null while there is none. */
  get last(): StreamStamp | null {
    return this.#last;
  }

  add(stamp: StreamStamp): void {
    const place = stamp.position % this.#positions.length;
    this.#positions[place] = stamp.position;
    this.#messages[place] = stamp.message;
    this.#last = stamp;
  }

  /** False also for positions that are too old to be known. */
  has({ position, message }: StreamStamp): boolean {
    // Positions begin at 1, so that an empty place is none.
    if (position < 1) return false;
    const place = position % this.#positions.length;
    return this.#positions[place] === position && this.#messages[place] === message;
  }

  reset(): void {
    this.#positions.fill(0);
    this.#messages.fill(0);
    this.#last = null;
  }
}
