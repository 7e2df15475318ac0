/**
 * Most characters of the supergraphs that one thread holds, at about 70 bytes each. A further graph replaces those that
 * were not used for the longest time; these are loaded again when a plan needs them.
 */
const MAX_LOADED_CHARS = 12_000_000;

/** The graphs that a worker has loaded. */
export class LoadedGraphs {
  /** Characters of each graph, the least recently used first. */
  readonly #chars = new Map<number, number>();

  get size(): number {
    return this.#chars.size;
  }

  has(graph: number): boolean {
    return this.#chars.has(graph);
  }

  add(graph: number, chars: number): void {
    this.#chars.set(graph, chars);
  }

  use(graph: number): void {
    const chars = this.#chars.get(graph);
    if (chars === undefined) return;
    this.#chars.delete(graph);
    this.#chars.set(graph, chars);
  }

  delete(graph: number): boolean {
    return this.#chars.delete(graph);
  }

  clear(): void {
    this.#chars.clear();
  }

  /** The graphs to drop before a graph of so many characters can be loaded. */
  inTheWayOf(chars: number): number[] {
    let sum = chars;
    for (const loaded of this.#chars.values()) sum += loaded;
    const going: number[] = [];
    for (const [graph, loaded] of this.#chars) {
      if (sum <= MAX_LOADED_CHARS) break;
      going.push(graph);
      sum -= loaded;
    }
    return going;
  }
}
