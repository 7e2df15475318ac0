/** Arguments of the fields that read, at the root and on relations alike. */
import type { EntityModel } from '../model/app-model.ts';
import type { EntityNames } from '../naming/graph-names.ts';

const WITH_DELETED = '"Also records that are deleted. For admins; FORBIDDEN to others." withDeleted: Boolean';
const DISTINCT_ON =
  '"At most one record for each combination of these fields\' values: of several the first in the order."';

/** Argument lists without parentheses; empty where a field has none. */
export interface ReadArguments {
  readonly one: string;
  readonly list: string;
  readonly connection: string;
  readonly aggregate: string;
  readonly groupBy: string;
}

/** `softDelete`: whether there are records that are hidden because they are deleted. */
export function readArguments(
  names: EntityNames,
  { softDelete }: Pick<EntityModel, 'softDelete'>,
): ReadArguments {
  const deleted = softDelete ? [WITH_DELETED] : [];
  const where = `where: ${names.whereInput}`;
  const order = `orderBy: [${names.orderByInput}!]`;
  const { key, having, order: groupOrder } = names.groupByTypes;
  const join = (...parts: readonly string[]) => [...parts, ...deleted].join(', ');
  return {
    one: join(),
    list: join(
      where,
      order,
      'limit: Int',
      'offset: Int',
      `${DISTINCT_ON} distinctOn: [${names.fieldNameEnum}!]`,
    ),
    connection: join(where, order, 'first: Int', 'after: String', 'last: Int', 'before: String'),
    aggregate: join(where),
    groupBy: join(
      `by: [${key}!]!`,
      `"Which records are grouped." ${where}`,
      `"Which groups are answered." having: ${having}`,
      `orderBy: [${groupOrder}!]`,
      'limit: Int',
    ),
  };
}

/** In parentheses, if there are any. */
export function argumentList(...parts: readonly string[]): string {
  const given = parts.filter((part) => part !== '');
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}
