/** Random measures, `having` and orders of groups. */
import type { EntityModel, FieldModel } from '@rocket/schema';
import fc from 'fast-check';
import type { AggregateName, Measures, OrderBy, Where } from './read-tree.ts';
import { isOrdered, operandsOf } from './where-arbitrary.ts';

const FUNCTIONS: readonly AggregateName[] = ['countDistinct', 'sum', 'avg', 'min', 'max'];
const NUMBERS: ReadonlySet<string> = new Set(['int', 'bigint', 'float', 'decimal']);
const RANGED: ReadonlySet<string> = new Set([...NUMBERS, 'timestamp', 'date', 'string']);

/** Decimals of no fixed scale are equal in several spellings, of which the database may show any. */
function hasOneSpelling(field: FieldModel): boolean {
  return field.type !== 'decimal' || field.scale !== undefined;
}

function applies(name: AggregateName, field: FieldModel): boolean {
  if (name === 'countDistinct') return isOrdered(field);
  if (field.isPrimaryKey || field.isForeignKey) return false;
  if (name === 'sum' || name === 'avg') return NUMBERS.has(field.type);
  return RANGED.has(field.type) && field.enumMembers === undefined && hasOneSpelling(field);
}

interface FieldMeasure {
  readonly function: AggregateName;
  readonly field: FieldModel;
}

function measuresOf(entity: EntityModel): readonly FieldMeasure[] {
  return FUNCTIONS.flatMap((name) =>
    entity.fields.filter((field) => applies(name, field)).map((field) => ({ function: name, field })),
  );
}

export function measuresArbitrary(entity: EntityModel): fc.Arbitrary<Measures> {
  const functions = FUNCTIONS.map((name) => {
    const fields = entity.fields.filter((field) => applies(name, field)).map((field) => field.graphqlName);
    if (fields.length === 0) return fc.constant([]);
    return fc
      .subarray(fields)
      .map((chosen) => (chosen.length === 0 ? [] : [{ function: name, fields: chosen }]));
  });
  return fc.tuple(...functions).map((of) => ({ count: true, of: of.flat() }));
}

export function groupKeysArbitrary(
  entity: EntityModel,
): fc.Arbitrary<readonly { readonly field: string; readonly bucket?: string }[]> {
  const fields = entity.fields.filter((field) => isOrdered(field) && hasOneSpelling(field));
  return fc
    .subarray(fields, { minLength: 1, maxLength: 2 })
    .chain((chosen) => fc.tuple(...chosen.map((field) => groupKey(field))));
}

function groupKey(field: FieldModel): fc.Arbitrary<{ readonly field: string; readonly bucket?: string }> {
  const plain = fc.constant({ field: field.graphqlName });
  if (field.type !== 'timestamp' && field.type !== 'date') return plain;
  const units = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', ...(field.type === 'timestamp' ? ['HOUR'] : [])];
  return fc.oneof(
    plain,
    fc.constantFrom(...units).map((bucket) => ({ field: field.graphqlName, bucket })),
  );
}

export function havingArbitrary(entity: EntityModel): fc.Arbitrary<Where> {
  const condition = fc.oneof(
    fc
      .tuple(fc.constantFrom('eq', 'ne', 'gt', 'lte'), fc.integer({ min: 0, max: 3 }))
      .map(([operator, value]): Where => ({ count: { [operator]: value } })),
    fc.constantFrom(...measuresOf(entity)).chain((measure) => measureCondition(entity, measure)),
  );
  const list = fc.array(condition, { minLength: 1, maxLength: 2 });
  return fc.oneof(
    condition,
    list.map((AND) => ({ AND })),
    list.map((OR) => ({ OR })),
    condition.map((NOT) => ({ NOT })),
  );
}

function measureCondition(entity: EntityModel, measure: FieldMeasure): fc.Arbitrary<Where> {
  const { field } = measure;
  const operand = havingOperand(entity, measure);
  return fc
    .oneof(
      fc.boolean().map((isNull): Where => ({ isNull })),
      fc
        .tuple(fc.constantFrom('eq', 'ne', 'gt', 'gte', 'lt', 'lte'), operand)
        .map(([operator, value]): Where => ({ [operator]: value })),
      fc
        .tuple(fc.constantFrom('in', 'notIn'), fc.array(operand, { minLength: 1, maxLength: 3 }))
        .map(([operator, values]): Where => ({ [operator]: values })),
    )
    .map((condition) => ({ [measure.function]: { [field.graphqlName]: condition } }));
}

/** In the type of the measure's value. */
function havingOperand(entity: EntityModel, measure: FieldMeasure): fc.Arbitrary<unknown> {
  const { type } = measure.field;
  if (measure.function === 'countDistinct') return fc.integer({ min: 0, max: 3 });
  if (measure.function === 'min' || measure.function === 'max' || type === 'float')
    return fc.constantFrom(...operandsOf(entity, measure.field));
  if (measure.function === 'avg' && type !== 'decimal') return fc.constantFrom(0, 0.5, 1, -1);
  return fc.constantFrom('0', '1', '10');
}

export function groupOrderArbitrary(entity: EntityModel, keys: readonly string[]): fc.Arbitrary<OrderBy> {
  const direction = fc.constantFrom('ASC', 'DESC');
  const element = fc.oneof(
    fc.tuple(fc.constantFrom(...keys), direction).map(([key, way]): Where => ({ key: { [key]: way } })),
    direction.map((way): Where => ({ count: way })),
    fc
      .tuple(fc.constantFrom(...measuresOf(entity)), direction)
      .map(([measure, way]): Where => ({ [measure.function]: { [measure.field.graphqlName]: way } })),
  );
  return fc.array(element, { maxLength: 2 });
}
