import type { ServerResponse } from 'node:http';

/** Smaller answers are always sent: they fit into the memory that the server has for requests anyway. */
export const LARGE_ANSWER_BYTES = 64 * 1024;
/**
 * A reader who has taken this long for an answer is cut off when others need the room. There is no other limit of
 * speed.
 */
const SLOW_AFTER_MS = 2_000;

interface Sending {
  readonly bytes: number;
  readonly sinceMs: number;
}

/**
 * The large answers that are being sent: each is held in memory until its reader has received it, and readers may be
 * slow.
 */
export class AnswerBytes {
  readonly #maxBytes: number;
  /** In the order in which they began. */
  readonly #sending = new Map<ServerResponse, Sending>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Reserves room for an answer; if there is none, cuts off the readers that have taken longest.
   * @returns false when none of them is slow enough to be cut off: this answer has to be refused then
   */
  take(response: ServerResponse, bytes: number): boolean {
    const nowMs = performance.now();
    for (const [other, { sinceMs }] of this.#sending) {
      if (this.#fits(bytes) || nowMs - sinceMs < SLOW_AFTER_MS) break;
      this.#release(other);
      other.destroy();
    }
    // A single answer may be larger than the limit, and is sent when it is the only one.
    if (!this.#fits(bytes) && this.#sending.size > 0) return false;
    this.#sending.set(response, { bytes, sinceMs: nowMs });
    this.#bytes += bytes;
    response.once('close', () => this.#release(response));
    return true;
  }

  #fits(bytes: number): boolean {
    return this.#bytes + bytes <= this.#maxBytes;
  }

  #release(response: ServerResponse): void {
    this.#bytes -= this.#sending.get(response)?.bytes ?? 0;
    this.#sending.delete(response);
  }
}
