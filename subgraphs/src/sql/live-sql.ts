/** Conditions that find the rows of records that are not deleted. */
import { quoteIdentifier } from '@rocket/platform';
import { DELETED_AT_COLUMN, type EntityModel } from '@rocket/schema';

/** Condition on a row of an entity with soft deletion. */
export const LIVE_ROWS = `${quoteIdentifier(DELETED_AT_COLUMN)} IS NULL`;

/** The same condition as Postgres prints it for an index that covers only such rows. */
export const PRINTED_LIVE_ROWS = `(${DELETED_AT_COLUMN} IS NULL)`;

/** Conditions that exclude soft-deleted records; none for an entity without soft deletion. */
export function liveSql(entity: EntityModel, alias: string): readonly string[] {
  return entity.softDelete ? [`${alias}.${LIVE_ROWS}`] : [];
}
