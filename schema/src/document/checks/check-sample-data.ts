import type { JsonPath } from '../faults/json-path.ts';
import { didYouMean } from '../faults/nearest-name.ts';
import { showValue } from '../faults/show-value.ts';
import type {
  EntityDefinition,
  FieldDefinition,
  JsonValue,
  RelationDefinition,
  SampleRow,
} from '../types.ts';
import { checkStoredValue } from './check-field-value.ts';
import { checkSampleClashes, type UniqueColumns, uniqueColumnsOf } from './check-sample-clashes.ts';
import type { CheckContext, EntityEntry, Located } from './context.ts';

export type SampleData = Readonly<Record<string, readonly SampleRow[]>>;

/** A table that sample rows can go to: an entity's or a join table. */
interface SampleTarget {
  readonly label: string;
  readonly columns: ReadonlyMap<string, FieldDefinition>;
  /** Columns that every row must have, with a value that is not null: neither the engine nor Postgres fills them. */
  readonly needed: readonly string[];
  readonly unique: readonly UniqueColumns[];
}

/**
 * Sample rows with their values coerced and without what cannot be inserted: keys that name no table and columns that
 * are not declared are left out with a warning, values that do not fit are errors.
 */
export function checkSampleData(
  context: CheckContext,
  sample: Readonly<Record<string, readonly Located<SampleRow>[]>>,
): SampleData {
  const joins = Map.groupBy(
    context.parts.relations.filter(({ value }) => value.type === 'many_to_many'),
    ({ value }) => value.join_table,
  );
  const kept = Object.entries(sample).flatMap(([key, rows]) => {
    const path = ['sample_data', key];
    const target = sampleTarget(context, key, joins.get(key)?.[0]?.value);
    if (target !== undefined) return [[key, checkRows(context, target, rows)] as const];
    if (!context.unusableEntities.has(key)) warnUnknownKey(context, key, path);
    return [];
  });
  return Object.fromEntries(kept);
}

function warnUnknownKey(context: CheckContext, key: string, path: JsonPath): void {
  const message = `${JSON.stringify(key)} is neither an entity nor a join table; its rows are left out`;
  context.faults.warning(path, message, () => {
    const byTable = [...context.entities.values()].find((entity) => entity.value.table === key);
    if (byTable !== undefined) return `Rows are listed by entity: ${JSON.stringify(byTable.value.name)}`;
    return didYouMean(key, context.entities.keys());
  });
}

function sampleTarget(
  context: CheckContext,
  key: string,
  relation: RelationDefinition | undefined,
): SampleTarget | undefined {
  const entity = context.entities.get(key);
  if (entity !== undefined) {
    return {
      label: `entity ${showValue(key)}`,
      columns: entity.fields,
      needed: neededFields(entity.value),
      unique: uniqueColumnsOf(entity),
    };
  }
  if (relation?.source_join_key === undefined || relation.target_join_key === undefined) return undefined;
  const ends = [
    joinColumn(relation.source_join_key, context.entities.get(relation.source)),
    joinColumn(relation.target_join_key, context.entities.get(relation.target)),
  ].filter((end) => end !== undefined);
  const columns = new Map(ends.map((end) => [end.name, end]));
  return {
    label: `join table ${showValue(key)}`,
    columns,
    needed: [...columns.keys()],
    unique: [{ columns: ends, isGenerated: false }],
  };
}

/** A column of a join table has the type of the key it points at. */
function joinColumn(name: string, entity: EntityEntry | undefined): FieldDefinition | undefined {
  const key = entity?.fields.get(entity.value.primary_key.field);
  return key === undefined ? undefined : { name, type: key.type };
}

function neededFields(entity: EntityDefinition): string[] {
  const filledElsewhere = (field: FieldDefinition) =>
    field.default !== undefined ||
    field.auto !== undefined ||
    // Not a slug with a source: sample rows bypass the pipeline that would make the slug.
    (field.name === entity.primary_key.field && entity.primary_key.generated === true);
  return entity.fields
    .filter((field) => {
      const isKey = field.name === entity.primary_key.field;
      return (isKey || (field.required === true && field.nullable !== true)) && !filledElsewhere(field);
    })
    .map((field) => field.name);
}

function checkRows(
  context: CheckContext,
  target: SampleTarget,
  rows: readonly Located<SampleRow>[],
): SampleRow[] {
  const undeclared = new Set<string>();
  const coerced = rows.map(({ value: row, path }) => {
    for (const name of target.needed) {
      if (Object.hasOwn(row, name) && row[name] !== null) continue;
      const place = Object.hasOwn(row, name) ? [...path, name] : path;
      context.faults.error(place, `The row needs a value for ${JSON.stringify(name)}`);
    }
    const columns = Object.entries(row).flatMap(([name, value]) => {
      const field = target.columns.get(name);
      if (field !== undefined) return checkValue(context, field, { value, path: [...path, name] });
      if (!undeclared.has(name)) warnUndeclared(context, target, { value: name, path: [...path, name] });
      undeclared.add(name);
      return [];
    });
    return { value: Object.fromEntries(columns), path };
  });
  checkSampleClashes(context, target.unique, coerced);
  return coerced.map(({ value }) => value);
}

function checkValue(
  context: CheckContext,
  field: FieldDefinition,
  literal: Located<JsonValue>,
): [string, JsonValue][] {
  // A value that does not fit has been reported, and the document is refused: null keeps it out of the other checks.
  const coerced = literal.value === null ? null : checkStoredValue(context, field, literal);
  return [[field.name, coerced ?? null]];
}

function warnUndeclared(context: CheckContext, target: SampleTarget, column: Located<string>): void {
  const message = `${JSON.stringify(column.value)} is not declared by ${target.label}; the column is left out`;
  context.faults.warning(column.path, message, () => didYouMean(column.value, target.columns.keys()));
}
