import type fc from 'fast-check';

/** The same arbitrary for the same place: a tree of them grows with every level. */
export class Memo<T> {
  readonly #known = new Map<string, fc.Arbitrary<T>>();

  get(key: string, make: () => fc.Arbitrary<T>): fc.Arbitrary<T> {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.#known.set(key, made);
    return made;
  }
}
