/**
 * Number of calls that are remembered for each signer, one bit each. A signer numbers its calls, and they overtake each
 * other by far less than this: at 25,000 calls a second the oldest was signed 40 seconds ago and has expired anyway.
 */
const WINDOW = 2 ** 20;
const BITS = 32;

interface CallWindow {
  /** The highest number accepted; numbers from `highest - WINDOW + 1` on are remembered. */
  highest: number;
  readonly bits: Uint32Array;
  usedAtMs: number;
}

/**
 * Which calls were accepted, remembered as IPsec remembers packets: by their numbers, in a window for each signer.
 * Under load a set would hold hundreds of thousands of numbers, which the garbage collector would have to visit.
 */
export class SeenCalls {
  readonly #keepMs: number;
  readonly #windows = new Map<string, CallWindow>();
  #sweptAtMs = 0;

  /** @param keepMs how long a call may be sent at most: a signer that is silent for longer is forgotten */
  constructor(keepMs: number) {
    this.#keepMs = keepMs;
  }

  /** True for a number that was accepted, and for one too old to be remembered. */
  has(signer: string, number: number): boolean {
    const window = this.#windows.get(signer);
    if (window === undefined || number > window.highest) return false;
    return number <= window.highest - WINDOW || isSet(window, number);
  }

  /** Accepts a number. False when {@link has} is true for it. */
  take(signer: string, number: number): boolean {
    if (this.has(signer, number)) return false;
    const window = this.#windowOf(signer);
    if (number > window.highest) advance(window, number);
    const place = number % WINDOW;
    const index = Math.floor(place / BITS);
    window.bits[index] = (window.bits[index] ?? 0) | (1 << (place % BITS));
    return true;
  }

  #windowOf(signer: string): CallWindow {
    const nowMs = Date.now();
    this.#sweep(nowMs);
    let window = this.#windows.get(signer);
    if (window === undefined) {
      window = { highest: 0, bits: new Uint32Array(WINDOW / BITS), usedAtMs: nowMs };
      this.#windows.set(signer, window);
    }
    window.usedAtMs = nowMs;
    return window;
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < this.#keepMs) return;
    this.#sweptAtMs = nowMs;
    for (const [signer, { usedAtMs }] of this.#windows) {
      if (nowMs - usedAtMs > this.#keepMs) this.#windows.delete(signer);
    }
  }
}

function isSet({ bits }: CallWindow, number: number): boolean {
  const place = number % WINDOW;
  return ((bits[Math.floor(place / BITS)] ?? 0) & (1 << (place % BITS))) !== 0;
}

/** Clears the bits of numbers that enter the window; they belonged to the numbers that leave it. */
function advance(window: CallWindow, number: number): void {
  if (number - window.highest >= WINDOW) window.bits.fill(0);
  else {
    for (let next = window.highest + 1; next <= number; next++) {
      const place = next % WINDOW;
      const index = Math.floor(place / BITS);
      window.bits[index] = (window.bits[index] ?? 0) & ~(1 << (place % BITS));
    }
  }
  window.highest = number;
}
