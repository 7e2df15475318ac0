import { type GraphKey, graphKeyText } from '../../graphs/graph-key.ts';

/** Counts how often graphs were replaced. */
export class Replacements {
  readonly #counts = new Map<string, number>();

  note(key: GraphKey): void {
    this.#counts.set(graphKeyText(key), this.#count(key) + 1);
  }

  /** Returns what tells whether the graph is still the one of the moment of the call. */
  since(key: GraphKey): () => boolean {
    const before = this.#count(key);
    return () => this.#count(key) === before;
  }

  #count(key: GraphKey): number {
    return this.#counts.get(graphKeyText(key)) ?? 0;
  }
}
