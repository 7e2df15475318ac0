import type { EntityModel } from '@rocket/schema';

/** Conditions that leave out soft-deleted records; none for an entity that deletes for good. */
export function liveSql(entity: EntityModel, alias: string): readonly string[] {
  return entity.softDelete ? [`${alias}."deleted_at" IS NULL`] : [];
}
