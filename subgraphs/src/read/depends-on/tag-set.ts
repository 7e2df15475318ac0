import type { TagGroup, TagKind } from '@rocket/schema';

/** Most tags of one kind; an answer with more depends on the whole entity or join table. */
export const MAX_VALUES = 500;

interface Group {
  readonly of: string;
  readonly values: Set<string>;
}

/** Tags that an answer depends on, as they are found. */
export class TagSet {
  /** By prefix. */
  readonly #groups = new Map<string, Group>();
  readonly #whole = new Set<string>();

  /** Depends on every record of an entity, or every row of a join table. @param of its tag */
  addWhole(of: string): void {
    this.#whole.add(of);
  }

  /** Whether it depends on all of an entity or join table, so that no single tag of it counts. */
  hasWhole(of: string): boolean {
    return this.#whole.has(of);
  }

  add({ of, prefix }: TagKind, value: string): void {
    if (this.hasWhole(of)) return;
    let group = this.#groups.get(prefix);
    if (group === undefined) {
      group = { of, values: new Set() };
      this.#groups.set(prefix, group);
    }
    group.values.add(value);
    if (group.values.size > MAX_VALUES) this.addWhole(of);
  }

  /** Without those that a change never has alone: where a whole entity counts, none of its records. */
  groups(): TagGroup[] {
    const whole = [...this.#whole].map((of): TagGroup => [of, ['']]);
    const single = [...this.#groups]
      .filter(([, { of }]) => !this.#whole.has(of))
      .map(([prefix, { values }]): TagGroup => [prefix, [...values]]);
    return [...whole, ...single];
  }
}
