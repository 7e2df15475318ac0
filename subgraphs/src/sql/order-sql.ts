/** Sort keys and keyset positions as SQL. Nulls sort as the largest value, which is Postgres' own default. */
import { quoteIdentifier } from '@rocket/platform';
import type { FieldModel, SortKey } from '@rocket/schema';
import { filterSql } from './filter-sql.ts';
import { liveSql } from './live-sql.ts';
import { type Parameters, sqlType } from './parameters.ts';

/** One expression of an order. */
export interface SortExpression {
  readonly sql: string;
  readonly field: FieldModel;
  readonly descending: boolean;
  /** True also when it is reached through a relation that may have no record. */
  readonly nullable: boolean;
}

/** The expressions of an order, and the joins for those of related records. */
export interface SortSource {
  readonly expressions: readonly SortExpression[];
  /** Text to append to FROM. */
  readonly joins: string;
}

/** @param alias alias of the sorted table, from which the aliases of joined ones are derived */
export function sortSource(order: readonly SortKey[], alias: string, parameters: Parameters): SortSource {
  const joins = new Map<string, { readonly alias: string; readonly sql: string }>();
  const expressions = order.map((key): SortExpression => {
    let at = alias;
    let path = '';
    for (const step of key.via) {
      path += `.${step.link.graphqlName}`;
      const known = joins.get(path);
      const joined = known?.alias ?? `${alias}_o${joins.size}`;
      if (known === undefined)
        joins.set(path, { alias: joined, sql: joinSql(step, { at, joined }, parameters) });
      at = joined;
    }
    return {
      sql: `${at}.${quoteIdentifier(key.field.name)}`,
      field: key.field,
      descending: key.descending,
      nullable: key.field.nullable || key.via.length > 0,
    };
  });
  return { expressions, joins: [...joins.values()].map((join) => join.sql).join('') };
}

/** A related record that the caller may not see sorts as if it did not exist. */
function joinSql(
  step: SortKey['via'][number],
  of: { at: string; joined: string },
  parameters: Parameters,
): string {
  const { link, target, access } = step;
  const conditions = [
    `${of.joined}.${quoteIdentifier(link.targetField)} = ${of.at}.${quoteIdentifier(link.localField)}`,
    filterSql(access, of.joined, parameters),
    ...liveSql(target, of.joined),
  ];
  return ` LEFT JOIN ${quoteIdentifier(target.table)} AS ${of.joined} ON ${conditions.join(' AND ')}`;
}

/** `reversed` walks the same order from its end. */
export function orderSql(order: readonly SortExpression[], reversed: boolean): string {
  return order.map((key) => `${key.sql} ${key.descending !== reversed ? 'DESC' : 'ASC'}`).join(', ');
}

/** A position in an order: the sort keys' values as Postgres prints them, null for null. */
export type KeysetPosition = readonly (string | null)[];

interface KeysetBound {
  readonly order: readonly SortExpression[];
  readonly position: KeysetPosition;
  /** `after` keeps what follows the position, `before` what precedes it. */
  readonly side: 'after' | 'before';
}

/**
 * Rows strictly on one side of a position: `(a > $1) OR (a = $1 AND b > $2) OR ...`. Not the row comparison
 * `(a, b) > ($1, $2)`: it cannot mix directions and is null as soon as one value is. The bound on the first key is
 * repeated in front, because an index can start there, but not within an OR.
 */
export function keysetSql(bound: KeysetBound, parameters: Parameters): string {
  const equal: string[] = [];
  const alternatives: string[] = [];
  let first: string | null = null;
  const types = bound.order.map((key) => sqlType(key.field));
  const values = parameters.holdPosition(bound.position, types);
  for (const [index, key] of bound.order.entries()) {
    const value = values[index] ?? null;
    const larger = key.descending !== (bound.side === 'after');
    const beyond = beyondSql({ column: key.sql, value, larger }, key);
    if (beyond !== null) alternatives.push([...equal, beyond].join(' AND '));
    if (index === 0 && bound.order.length > 1 && value !== null && !(larger && key.nullable)) {
      first = `${key.sql} ${larger ? '>=' : '<='} ${value}`;
    }
    equal.push(value === null ? `${key.sql} IS NULL` : `${key.sql} = ${value}`);
  }
  if (alternatives.length === 0) return 'FALSE';
  const any = `(${alternatives.map((part) => `(${part})`).join(' OR ')})`;
  return first === null ? any : `${first} AND ${any}`;
}

/** Null when nothing can lie beyond the value, because null is the largest. */
function beyondSql(
  at: { column: string; value: string | null; larger: boolean },
  key: SortExpression,
): string | null {
  if (at.larger) {
    if (at.value === null) return null;
    return key.nullable
      ? `(${at.column} > ${at.value} OR ${at.column} IS NULL)`
      : `${at.column} > ${at.value}`;
  }
  return at.value === null ? `${at.column} IS NOT NULL` : `${at.column} < ${at.value}`;
}
