/** Counts the query shapes of an app. It runs for every statement, so it does little. */
import type { CountedShape, QueryShape } from '@rocket/schema';
import { RecentMap } from './recent-map.ts';

const MAX_SHAPES = 500;
/** Enough operation names to find the caller. */
const MAX_OPERATIONS = 5;

export interface QueryAdvice {
  /** ISO 8601. */
  readonly since: string;
  record(shape: QueryShape, operation: string | null): void;
  shapes(): CountedShape[];
}

interface Entry {
  readonly shape: QueryShape;
  readonly operations: Set<string>;
  count: number;
}

/** One per app. */
export function createQueryAdvice(): QueryAdvice {
  const entries = new RecentMap<Entry>(MAX_SHAPES);
  return {
    since: new Date().toISOString(),
    record(shape, operation) {
      const entry = entries.touch(keyOf(shape), () => ({ shape, operations: new Set(), count: 0 }));
      entry.count += 1;
      if (operation !== null && entry.operations.size < MAX_OPERATIONS) entry.operations.add(operation);
    },
    shapes: () =>
      entries.values().map(({ shape, count, operations }) => ({ shape, count, operations: [...operations] })),
  };
}

/** The order of filters has no meaning, that of sort keys does. */
function keyOf({ entity, equal, range, order, text = [], json = [] }: QueryShape): string {
  let key = entity;
  for (const part of [equal, range, text, json])
    key += `|${part.length > 1 ? [...part].sort().join() : part}`;
  for (const { field, descending } of order) key += descending ? `|-${field}` : `|${field}`;
  return key;
}
