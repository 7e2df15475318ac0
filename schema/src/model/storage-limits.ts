/** How long names and values may be, so that Postgres holds them whole. */
import type { FieldModel } from './field-model.ts';

/** Postgres cuts longer names off without an error, so that two different names can become one. */
export const MAX_IDENTIFIER_BYTES = 63;

/**
 * Bytes that the values of a btree entry may have together: an entry holds 2,704 with what Postgres adds. A longer
 * write would fail with an internal error of the index.
 */
export const MAX_INDEX_ENTRY_BYTES = 2_650;

/** A foreign key shares its entry with a key, and a join table's has two of them. */
const MAX_KEY_BYTES = 1_000;
/** An indexed value shares its entry only with a key of a fixed size; a longer key is left out of the entry. */
const MAX_INDEXED_BYTES = 2_600;

/** Bytes that a text of this field may have, as UTF-8; null where nothing but the size of the input limits it. */
export function maxTextBytes(
  field: Pick<FieldModel, 'isPrimaryKey' | 'isForeignKey' | 'unique' | 'indexed'>,
): number | null {
  if (field.isPrimaryKey || field.isForeignKey) return MAX_KEY_BYTES;
  return field.unique || field.indexed ? MAX_INDEXED_BYTES : null;
}
