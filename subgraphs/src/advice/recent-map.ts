/** A map of bounded size that drops the least recently used entry. */
export class RecentMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Returns the entry of a key, created if needed, and makes it the most recent one. */
  touch(key: string, create: () => V): V {
    const known = this.#entries.get(key);
    const value = known ?? create();
    if (known !== undefined) this.#entries.delete(key);
    else if (this.#entries.size >= this.#max) this.#dropOldest();
    this.#entries.set(key, value);
    return value;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  values(): V[] {
    return [...this.#entries.values()];
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
