/** Lists of values that become GraphQL enums: a stored value outside its list could not be read any more. */
import { quoteIdentifier, type Statement, type Transaction } from '@rocket/platform';
import { type AppModel, documentEntities, type EntityModel, type FieldModel } from '@rocket/schema';
import { destructive } from '../tables/apply-plan.ts';
import { type EnumValues, readEnumValues } from './meta.ts';

interface EnumColumn {
  readonly entity: EntityModel;
  readonly field: FieldModel;
  readonly values: readonly string[];
}

/** By `table.column`, for the next activation to compare with. */
export function enumValues(model: AppModel): EnumValues {
  return Object.fromEntries(enumColumns(model).map((column) => [keyOf(column), column.values]));
}

/**
 * Checks the rows only where a list is new or lost a value, because the check reads the whole table.
 * @throws RocketError `DESTRUCTIVE_CHANGE`
 */
export async function checkEnums(tx: Transaction, model: AppModel): Promise<void> {
  const known = await readEnumValues(tx);
  const changes: { place: string; message: string }[] = [];
  for (const column of enumColumns(model)) {
    const before = known[keyOf(column)];
    if (before?.every((value) => column.values.includes(value)) === true) continue;
    const [row] = await tx.query(selectOutsider(column));
    if (row === undefined) continue;
    const place = `${column.entity.name}.${column.field.name}`;
    changes.push({
      place,
      message: `stored rows have the value ${JSON.stringify(row[0])}, which is not listed`,
    });
  }
  if (changes.length > 0) throw destructive(changes);
}

function enumColumns(model: AppModel): EnumColumn[] {
  return documentEntities(model).flatMap((entity) =>
    entity.fields.flatMap((field) =>
      field.enumMembers === undefined ? [] : [{ entity, field, values: [...field.enumMembers.values()] }],
    ),
  );
}

function keyOf({ entity, field }: EnumColumn): string {
  return `${entity.table}.${field.name}`;
}

function selectOutsider({ entity, field, values }: EnumColumn): Statement {
  const column = quoteIdentifier(field.name);
  return {
    text: `SELECT ${column} FROM ${quoteIdentifier(entity.table)} WHERE ${column} <> ALL ($1::text[]) LIMIT 1`,
    values: [values],
  };
}
