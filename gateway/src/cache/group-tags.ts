import type { TagGroup } from '@rocket/schema';

/** The tags of one prefix. A tag of all records of an entity has an empty value. */
export interface TagsOfKind {
  readonly prefix: string;
  /** Some of the values, in order. */
  readonly values: readonly string[];
  /** How many there are. */
  readonly count: number;
}

/** Most values that are shown of one prefix. */
const MAX_VALUES = 20;

/** For people: each prefix once, in order. */
export function groupTags(groups: readonly TagGroup[]): readonly TagsOfKind[] {
  const byPrefix = new Map<string, Set<string>>();
  for (const [prefix, values] of groups) {
    const all = byPrefix.get(prefix) ?? new Set();
    byPrefix.set(prefix, all);
    for (const value of values) all.add(value);
  }
  return [...byPrefix]
    .map(([prefix, all]) => ({ prefix, values: [...all].sort().slice(0, MAX_VALUES), count: all.size }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
}
