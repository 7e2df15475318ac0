/** A map of bounded size: what was not used for the longest time makes room. */
export class RecentMap<V> {
  readonly #entries = new Map<string, V>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** The entry of a key, made when it is new, and now the most recent one. */
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
