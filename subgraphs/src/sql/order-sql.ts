/** Sort keys and keyset positions as SQL. Nulls sort as the largest value, which is Postgres' own default. */
import { quoteIdentifier } from '@rocket/platform';
import type { SortKey } from '@rocket/schema';
import { type Parameters, sqlType } from './parameters.ts';

/** `reversed` walks the same order from its end. */
export function orderSql(order: readonly SortKey[], alias: string, reversed: boolean): string {
  return order
    .map(
      (key) => `${alias}.${quoteIdentifier(key.field.name)} ${key.descending !== reversed ? 'DESC' : 'ASC'}`,
    )
    .join(', ');
}

/** A position in an order: the sort keys' values as Postgres prints them, null for null. */
export type KeysetPosition = readonly (string | null)[];

interface KeysetBound {
  readonly order: readonly SortKey[];
  readonly position: KeysetPosition;
  /** `after` keeps what follows the position, `before` what precedes it. */
  readonly side: 'after' | 'before';
}

/**
 * Rows strictly on one side of a position: `(a > $1) OR (a = $1 AND b > $2) OR ...`. Not the row comparison
 * `(a, b) > ($1, $2)`: it cannot mix directions and is null as soon as one value is.
 */
export function keysetSql(bound: KeysetBound, alias: string, parameters: Parameters): string {
  const equal: string[] = [];
  const alternatives: string[] = [];
  for (const [index, key] of bound.order.entries()) {
    const column = `${alias}.${quoteIdentifier(key.field.name)}`;
    const text = bound.position[index] ?? null;
    const value = text === null ? null : parameters.bind(text, sqlType(key.field));
    const beyond = beyondSql({ column, value, larger: key.descending !== (bound.side === 'after') }, key);
    if (beyond !== null) alternatives.push([...equal, beyond].join(' AND '));
    equal.push(value === null ? `${column} IS NULL` : `${column} = ${value}`);
  }
  return alternatives.length === 0 ? 'FALSE' : `(${alternatives.map((part) => `(${part})`).join(' OR ')})`;
}

/** Null when nothing can lie beyond: null is the largest value. */
function beyondSql(
  at: { column: string; value: string | null; larger: boolean },
  key: SortKey,
): string | null {
  if (at.larger) {
    if (at.value === null) return null;
    return key.field.nullable
      ? `(${at.column} > ${at.value} OR ${at.column} IS NULL)`
      : `${at.column} > ${at.value}`;
  }
  return at.value === null ? `${at.column} IS NOT NULL` : `${at.column} < ${at.value}`;
}
