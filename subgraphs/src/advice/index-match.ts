/**
 * Whether an index serves a shape: its first columns must be those compared for equality, in any sequence, then those
 * of the order.
 */

import type { QueryShape, ShapeOrder } from '@rocket/schema';
import { PRINTED_LIVE_ROWS } from '../sql/live-sql.ts';
import type { ExistingIndex, ExistingIndexKey } from '../tables/existing-tables.ts';

/** `filter`: the index finds the records, but all found records have to be sorted. */
export type IndexMatch = 'whole' | 'filter' | 'none';

export function isUsable(index: ExistingIndex, softDelete: boolean): boolean {
  const covers = index.predicate === null || (softDelete && index.predicate === PRINTED_LIVE_ROWS);
  return index.isValid && index.method === 'btree' && covers;
}

export function matchIndex(index: ExistingIndex, shape: QueryShape): IndexMatch {
  const { equal, range } = shape;
  const given = index.keys.findIndex(({ column }) => column === null || !equal.includes(column));
  const prefix = given === -1 ? index.keys.length : given;
  const rest = index.keys.slice(prefix);
  // A field that is compared for equality has one value, so it does not order anything.
  const order = shape.order.filter(({ field }) => !equal.includes(field));
  const ordered = followsOrder(rest, order, index.isUnique);
  if (equal.length > 0) return prefix === 0 ? 'none' : ordered ? 'whole' : 'filter';
  if (range.length === 0) return ordered ? 'whole' : 'none';
  const first = index.keys[0]?.column ?? null;
  if (first === null || !range.includes(first)) return 'none';
  return ordered ? 'whole' : 'filter';
}

/** Forwards or backwards, but all keys the same way. Keys after a unique key have no effect. */
function followsOrder(
  keys: readonly ExistingIndexKey[],
  order: readonly ShapeOrder[],
  isUnique: boolean,
): boolean {
  const [first] = order;
  const [firstKey] = keys;
  if (first === undefined) return true;
  const backwards = first.descending !== firstKey?.descending;
  return order.every((wanted, at) => {
    const key = keys[at];
    if (key === undefined) return isUnique && at > 0;
    return key.column === wanted.field && (key.descending !== wanted.descending) === backwards;
  });
}
