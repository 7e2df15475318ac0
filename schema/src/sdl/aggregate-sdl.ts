/** SDL of an entity's aggregates. The same measures are the numbers of a group. */
import type { AggregateFunction } from '../aggregate/aggregate.ts';
import { type FieldMeasure, type FunctionMeasures, measures } from '../aggregate/measures.ts';
import type { EntityModel } from '../model/app-model.ts';
import type { AggregateNames, EntityNames } from '../naming/graph-names.ts';
import { scalarTypeName } from './scalar-names.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

const COUNT = fieldSdl('count: Int!', 'Number of records.');

const MEANING: Record<AggregateFunction, string> = {
  countDistinct: 'Number of different values; null is none.',
  sum: 'Null over no values.',
  avg: 'Null over no values.',
  min: 'Smallest value; null over no values.',
  max: 'Largest value; null over no values.',
};

export function aggregateTypes(entity: EntityModel, names: EntityNames): readonly string[] {
  const known = measures(entity);
  const types = names.aggregateTypes;
  return [
    typeSdl({
      kind: 'type',
      name: types.all,
      description: 'Numbers over all records that match.',
      fields: measureMembers(known, types),
    }),
    // `min` and `max` are of one type.
    ...known
      .filter((each) => each.function !== 'max')
      .map((each) =>
        typeSdl({
          kind: 'type',
          name: measureTypeName(each.function, types),
          fields: each.fields.map(measureField),
        }),
      ),
  ];
}

/** Members for the measures, in the aggregate's type and in the type of a group. */
export function measureMembers(known: readonly FunctionMeasures[], types: AggregateNames): readonly string[] {
  const members = known.map((each) =>
    fieldSdl(`${each.function}: ${measureTypeName(each.function, types)}!`, MEANING[each.function]),
  );
  return [COUNT, ...members];
}

function measureField({ measure, type, nullable }: FieldMeasure): string {
  return fieldSdl(`${measure.field.graphqlName}: ${scalarTypeName(type)}${nullable ? '' : '!'}`);
}

function measureTypeName(name: AggregateFunction, types: AggregateNames): string {
  return name === 'min' || name === 'max' ? types.minMax : types[name];
}
