/** SQL of checksums of rows that two servers of different major versions compute alike. */
import { quoteIdentifier } from '@rocket/platform';

/** A column whose values are compared. */
export interface ComparedColumn {
  readonly name: string;
  /** Postgres hashes the type by its value, the same on every server. Others are hashed as texts. */
  readonly isHashable: boolean;
  readonly isCollatable: boolean;
}

/** Tables are called so in the statements of a comparison. */
export const ROW = 't';

/**
 * Hash of a row of {@link ROW} as bigint. Hashing a record only adds the hashes of its columns up, each with a weight,
 * so two rows that had exchanged the values of a column would keep the sum of their hashes: the hash of the record is
 * hashed once more as a text, after which it is no sum any more. The functions exist since version 14, and their
 * results are part of what partitions and hash indexes are stored by, so they stay.
 */
export function rowHash(columns: readonly ComparedColumn[]): string {
  const values = [...columns].sort(byName).map(columnValue);
  return `hashtextextended(hash_record_extended(ROW(${values.join(', ')}), 0)::text COLLATE "C", 0)`;
}

/**
 * Select list `count, checksum` over rows of {@link ROW}, both as text. A sum, as pairs of equal rows of a table
 * without a key would vanish from an exclusive or.
 */
export function rowsChecksum(columns: readonly ComparedColumn[]): string {
  return `count(*)::text, coalesce(sum(${rowHash(columns)}), 0)::text`;
}

/** A collation may take different texts for equal, and its version decides how it hashes them. Bytes are compared. */
function columnValue({ name, isHashable, isCollatable }: ComparedColumn): string {
  const column = `${ROW}.${quoteIdentifier(name)}`;
  if (!isHashable) return `${column}::text COLLATE "C"`;
  return isCollatable ? `${column} COLLATE "C"` : column;
}

/** Not by a locale, which could differ between processes. */
function byName(a: ComparedColumn, b: ComparedColumn): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
