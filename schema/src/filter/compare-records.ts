import { compareFieldValues } from './compare-values.ts';
import { type FilterRecord, fieldValue, type RelatedRecords, visibleRecords } from './evaluate.ts';
import type { SortKey } from './sort-key.ts';

/** What records are ordered by; `related` is needed for keys that go through relations. */
export interface RecordOrder {
  readonly keys: readonly SortKey[];
  readonly related?: RelatedRecords;
}

/**
 * The order SQL gives two records: negative when `a` comes first. Nulls are the largest value, so they come last
 * ascending and first descending.
 * @throws RocketError `INTERNAL_ERROR` for a field whose type has no order, and for a relation without `related`
 */
export function compareBySortKeys(a: FilterRecord, b: FilterRecord, order: RecordOrder): number {
  for (const key of order.keys) {
    const compared = compareNullable(key, sortValue(a, key, order.related), sortValue(b, key, order.related));
    if (compared !== 0) return key.descending ? -compared : compared;
  }
  return 0;
}

function sortValue(record: FilterRecord, key: SortKey, related: RelatedRecords | undefined): unknown {
  let at: FilterRecord | undefined = record;
  for (const step of key.via) {
    [at] = visibleRecords(at, step, related);
    if (at === undefined) return null;
  }
  return fieldValue(key.field, at);
}

function compareNullable(key: SortKey, a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareFieldValues(key.field, a, b);
}
