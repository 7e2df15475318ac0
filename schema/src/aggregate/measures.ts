/** Which numbers can be asked of an entity's records. SDL and parser both read this, so that they cannot drift. */

import type { EntityModel } from '../model/app-model.ts';
import type { FieldModel, ScalarType } from '../model/field-model.ts';
import { isOrderable } from '../values/scalar-type.ts';
import type { AggregateFunction, Measure } from './aggregate.ts';
import { measureType } from './measure-type.ts';

/** One function over one field. */
export interface FieldMeasure {
  readonly measure: Extract<Measure, { readonly kind: 'field' }>;
  /** Type of the value. */
  readonly type: ScalarType;
  /** True when there is no result over an empty set of values; only counts have one then. */
  readonly nullable: boolean;
}

/** A function with the fields that it applies to, at least one. */
export interface FunctionMeasures {
  readonly function: AggregateFunction;
  readonly fields: readonly FieldMeasure[];
}

const FUNCTIONS: readonly AggregateFunction[] = ['countDistinct', 'sum', 'avg', 'min', 'max'];
const NUMBERS: ReadonlySet<ScalarType> = new Set(['int', 'bigint', 'float', 'decimal']);

/** The functions that apply to any field of the entity, each with its fields in the order of the document. */
export function measures(entity: EntityModel): readonly FunctionMeasures[] {
  return FUNCTIONS.map((name) => ({
    function: name,
    fields: entity.fields
      .filter((field) => applies(name, field))
      .map((field) => fieldMeasure({ kind: 'field', function: name, field })),
  })).filter(({ fields }) => fields.length > 0);
}

function fieldMeasure(measure: FieldMeasure['measure']): FieldMeasure {
  return { measure, type: measureType(measure), nullable: measure.function !== 'countDistinct' };
}

/** Keys may be numbers, but neither their sum nor their maximum means anything. */
function applies(name: AggregateFunction, field: FieldModel): boolean {
  if (name === 'countDistinct') return isOrderable(field.type);
  if (field.isPrimaryKey || field.isForeignKey) return false;
  if (NUMBERS.has(field.type)) return true;
  const isRanged = field.type === 'timestamp' || field.type === 'date' || field.type === 'string';
  return (name === 'min' || name === 'max') && isRanged && field.enumValues === undefined;
}
