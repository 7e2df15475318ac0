/** Arguments of the fields that read, at the root and on relations alike. */
import type { EntityModel } from '../model/app-model.ts';
import type { EntityNames } from '../naming/graph-names.ts';

const WITH_DELETED = '"Also records that are deleted. For admins; FORBIDDEN to others." withDeleted: Boolean';
const DISTINCT_ON =
  '"At most one record for each combination of these fields\' values: of several the first in the order."';

/** Offsets beyond this make Postgres read and drop too much; connections page without that cost. */
export const MAX_OFFSET = 100_000;

/** Argument lists without parentheses; empty where a field has none. */
export interface ReadArguments {
  readonly one: string;
  readonly list: string;
  readonly connection: string;
  readonly aggregate: string;
  readonly groupBy: string;
}

/** `entity`: null where it is of another app and only its key is known. */
export function readArguments(names: EntityNames, entity: EntityModel | null): ReadArguments {
  const deleted = entity?.softDelete === true ? [WITH_DELETED] : [];
  const where = `"Which records; all unless given." where: ${names.whereInput}`;
  const order = `"The first key counts most. Unless given: by id, or as the document says." orderBy: [${names.orderByInput}!]`;
  const most = entity === null ? '' : ` At most ${entity.maxPageSize}, which is also the default.`;
  const { key, having, order: groupOrder } = names.groupByTypes;
  const join = (...parts: readonly string[]) => [...parts, ...deleted].join(', ');
  return {
    one: join(),
    list: join(
      where,
      order,
      `"How many.${most}" limit: Int`,
      `"How many to leave out before them, at most ${MAX_OFFSET}." offset: Int`,
      `${DISTINCT_ON} distinctOn: [${names.fieldNameEnum}!]`,
    ),
    connection: join(
      where,
      order,
      `"How many from the beginning.${most}" first: Int`,
      '"Those behind this cursor." after: String',
      `"How many from the end, instead of first.${most}" last: Int`,
      '"Those in front of this cursor." before: String',
    ),
    aggregate: join(where),
    groupBy: join(
      `"One to sixteen fields, each once." by: [${key}!]!`,
      `"Which records are grouped; all unless given." where: ${names.whereInput}`,
      `"Which groups are answered." having: ${having}`,
      `"The first value counts most; by the keys unless given." orderBy: [${groupOrder}!]`,
      `"How many groups.${most}" limit: Int`,
    ),
  };
}

/** In parentheses, if there are any. */
export function argumentList(...parts: readonly string[]): string {
  const given = parts.filter((part) => part !== '');
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}
