import type { ServerResponse } from 'node:http';

/** Answers below this are sent in any case: they are what the rest of the server's memory is made for. */
export const LARGE_ANSWER_BYTES = 64 * 1024;
/** Who has taken so long over an answer while others need the room is cut off; all others may be as fast as they can. */
const SLOW_AFTER_MS = 2_000;

interface Sending {
  readonly bytes: number;
  readonly sinceMs: number;
}

/**
 * The large answers that are on their way: each is held in memory until its reader has taken it, and readers may be slow.
 */
export class AnswerBytes {
  readonly #maxBytes: number;
  /** In the order of their beginning. */
  readonly #sending = new Map<ServerResponse, Sending>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * Makes room, where there is none by cutting off the readers that are at it for longest.
   * @returns false when all of them are new: this answer has to be refused then
   */
  take(response: ServerResponse, bytes: number): boolean {
    const nowMs = performance.now();
    for (const [other, { sinceMs }] of this.#sending) {
      if (this.#fits(bytes) || nowMs - sinceMs < SLOW_AFTER_MS) break;
      this.#release(other);
      other.destroy();
    }
    // A single answer may be larger than all that is allowed, and is let through alone.
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
