/** Finds the records at the other end of a link from a row. */
import { quoteIdentifier } from '@rocket/platform';
import type { EntityModel, LinkModel } from '@rocket/schema';
import { sqlType } from './parameters.ts';

/** The row that a link starts from: a row of a table, or only a key when the record belongs to another app. */
export interface LinkOrigin {
  /** SQL of the value that the link is joined by, and its type; null when it has the type of the other side. */
  key(link: LinkModel): { readonly sql: string; readonly type: string | null };
}

/** Tables to read rows from, and the condition that ties them to the row that a link starts from; null at the root. */
export interface RowsFrom {
  readonly from: string;
  readonly on: string | null;
}

export interface LinkSource extends RowsFrom {
  readonly on: string;
}

export function linkSource(
  link: LinkModel,
  of: { target: EntityModel; alias: string; origin: LinkOrigin },
): LinkSource {
  const { target, alias, origin } = of;
  const table = `${quoteIdentifier(target.table)} AS ${alias}`;
  const key = origin.key(link);
  if (link.kind !== 'many_to_many') {
    const field = target.fieldByName.get(link.targetField);
    if (field === undefined) throw new TypeError(`${target.name} has no field ${link.targetField}`);
    const column = `${alias}.${quoteIdentifier(link.targetField)}`;
    // A foreign key to another app may have another type than the key that it refers to: neither document can check the
    // other.
    const same = key.type === null || key.type === sqlType(field);
    return { from: table, on: same ? `${column} = ${key.sql}` : `${column}::text = ${key.sql}::text` };
  }
  const join = `${alias}_j`;
  const targetColumn = `${alias}.${quoteIdentifier(link.targetField)}`;
  return {
    from: `${quoteIdentifier(link.joinTable)} AS ${join} JOIN ${table} ON ${targetColumn} = ${join}.${quoteIdentifier(link.targetJoinColumn)}`,
    on: `${join}.${quoteIdentifier(link.localJoinColumn)} = ${key.sql}`,
  };
}

/** A row of an entity's own table. */
export function tableOrigin(entity: EntityModel, alias: string): LinkOrigin {
  return {
    key: (link) => {
      const field = entity.fieldByName.get(link.localField);
      if (field === undefined) throw new TypeError(`${entity.name} has no field ${link.localField}`);
      return { sql: `${alias}.${quoteIdentifier(field.name)}`, type: sqlType(field) };
    },
  };
}
