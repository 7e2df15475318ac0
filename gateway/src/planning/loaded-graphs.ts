/**
 * Of supergraphs that one thread holds, at about 70 bytes each. A graph beyond it takes the place of those that have not
 * been planned for the longest time; they are loaded again when a plan needs them.
 */
const MAX_LOADED_CHARS = 12_000_000;

/** The graphs that a worker has. */
export class LoadedGraphs {
  /** Their characters, the least recently used first. */
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

  /** Those that have to go for a graph of so many characters to be loaded. */
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
