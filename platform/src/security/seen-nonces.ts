/** Calls come with at most this many in one validity, some 25,000 a second: more is no load that one process can serve. */
const MAX_NONCES = 1_000_000;
const BUCKET_MS = 5_000;

/** What has been taken once, for as long as it could be sent again. Forgotten by whole buckets, so that nothing is swept. */
export class SeenNonces {
  readonly #max: number;
  /** By the time, in units of `BUCKET_MS`, at which the last of a bucket expires. In the order of their making. */
  readonly #buckets = new Map<number, Set<string>>();
  #size = 0;
  #sweptAt = 0;

  constructor(max = MAX_NONCES) {
    this.#max = max;
  }

  has(nonce: string, expiresAtMs: number): boolean {
    return this.#buckets.get(bucketOf(expiresAtMs))?.has(nonce) === true;
  }

  /** @returns `full` when there is no room to remember it: it must not be taken then, as it could be sent again */
  take(nonce: string, expiresAtMs: number): 'new' | 'repeated' | 'full' {
    this.#forget(Date.now());
    const at = bucketOf(expiresAtMs);
    const known = this.#buckets.get(at);
    if (known?.has(nonce) === true) return 'repeated';
    if (this.#size >= this.#max) return 'full';
    if (known === undefined) this.#buckets.set(at, new Set([nonce]));
    else known.add(nonce);
    this.#size += 1;
    return 'new';
  }

  #forget(nowMs: number): void {
    const now = Math.floor(nowMs / BUCKET_MS);
    if (now === this.#sweptAt) return;
    this.#sweptAt = now;
    for (const [at, nonces] of this.#buckets) {
      if (at > now) continue;
      this.#buckets.delete(at);
      this.#size -= nonces.size;
    }
  }
}

function bucketOf(expiresAtMs: number): number {
  return Math.floor(expiresAtMs / BUCKET_MS) + 1;
}
