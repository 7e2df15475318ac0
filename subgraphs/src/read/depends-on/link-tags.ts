/** What the records depend on that a link leads to from a row. */
import { type EntityModel, fieldTags, joinTags, type LinkModel, type TagKind } from '@rocket/schema';

/** Tags by values that only the rows know. */
export interface LinkTags {
  /** By the value that a row is linked by; null when it has no tags. Rows that lead to nothing count as well. */
  readonly byKey: TagKind | null;
  /**
   * By the keys that a join table has for a row, of which any record may come in by a change of its own; null when they
   * have no tags, undefined for a link without a join table.
   */
  readonly byLinked?: TagKind | null;
}

export function linkTagKinds(link: LinkModel, target: EntityModel): LinkTags {
  const field = target.fieldByName.get(link.targetField);
  if (field === undefined) throw new TypeError(`${target.name} has no field ${link.targetField}`);
  const records = fieldTags(target, field);
  if (link.kind !== 'many_to_many') return { byKey: records };
  const { joinTable, localJoinColumn: column } = link;
  return { byKey: joinTags(target.app, { joinTable, column }), byLinked: records };
}
