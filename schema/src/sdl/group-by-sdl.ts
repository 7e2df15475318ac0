/** SDL of grouping an entity's records: the keys, the condition and the order of groups, and the groups themselves. */
import type { AggregateFunction } from '../aggregate/aggregate.ts';
import { type FunctionMeasures, measures } from '../aggregate/measures.ts';
import type { EntityModel } from '../model/app-model.ts';
import type { EntityNames, GroupByNames, Home } from '../naming/graph-names.ts';
import { isOrderable } from '../values/scalar-type.ts';
import { measureMembers } from './aggregate-sdl.ts';
import { combinations } from './filter-inputs.ts';
import { outputTypeName, scalarFilterName } from './scalar-names.ts';
import { fieldSdl, typeSdl } from './type-sdl.ts';

export function groupByTypes(entity: EntityModel, home: Home, names: EntityNames): readonly string[] {
  const known = measures(entity);
  return [
    keyInput(names),
    resultType(known, names),
    valuesType(entity, home, names.groupByTypes),
    ...orderInputs(known, names.groupByTypes),
    ...havingInputs(known, names.groupByTypes),
  ];
}

function keyInput({ groupByTypes: types, fieldNameEnum }: EntityNames): string {
  return typeSdl({
    kind: 'input',
    name: types.key,
    description: 'What groups are made by: the values of a field, or spans of time.',
    fields: [
      fieldSdl(`field: ${fieldNameEnum}!`),
      fieldSdl(
        'bucket: TimeBucket',
        'For times and dates: one group for each such span, in UTC, instead of one for each value. No HOUR for dates.',
      ),
    ],
  });
}

function resultType(
  known: readonly FunctionMeasures[],
  { groupByTypes: types, aggregateTypes }: EntityNames,
): string {
  return typeSdl({
    kind: 'type',
    name: types.result,
    description: 'The records that are equal in what they were grouped by.',
    fields: [
      fieldSdl(`key: ${types.values}!`, 'What the records of the group have in common.'),
      ...measureMembers(known, aggregateTypes),
    ],
  });
}

function valuesType(entity: EntityModel, home: Home, types: GroupByNames): string {
  const fields = entity.fields.filter((field) => isOrderable(field.type));
  return typeSdl({
    kind: 'type',
    name: types.values,
    description: 'Null for a field that was not grouped by. Of a span of time, its beginning.',
    fields: fields.map((field) => fieldSdl(`${field.graphqlName}: ${outputTypeName(entity, field, home)}`)),
  });
}

function orderInputs(known: readonly FunctionMeasures[], types: GroupByNames): readonly string[] {
  const inputOf: Record<AggregateFunction, string> = {
    countDistinct: types.orderFields,
    sum: types.orderNumbers,
    avg: types.orderNumbers,
    min: types.orderMinMax,
    max: types.orderMinMax,
  };
  const order = typeSdl({
    kind: 'input',
    name: types.order,
    description:
      "One value per element; the list's order is their precedence. Nulls sort as the largest value.",
    fields: [
      fieldSdl(`key: ${types.orderFields}`, 'A field that is grouped by.'),
      fieldSdl('count: SortDirection'),
      ...known.map((each) => fieldSdl(`${each.function}: ${inputOf[each.function]}`)),
    ],
  });
  return [order, ...memberInputs(known, inputOf, () => 'SortDirection')];
}

const ON: Record<AggregateFunction, string> = {
  countDistinct: 'On the number of different values.',
  sum: 'On the sum.',
  avg: 'On the average.',
  min: 'On the smallest value.',
  max: 'On the largest value.',
};

function havingInputs(known: readonly FunctionMeasures[], types: GroupByNames): readonly string[] {
  const inputOf: Record<AggregateFunction, string> = {
    countDistinct: types.havingCountDistinct,
    sum: types.havingSum,
    avg: types.havingAvg,
    min: types.havingMinMax,
    max: types.havingMinMax,
  };
  const having = typeSdl({
    kind: 'input',
    name: types.having,
    description: 'Which groups; all conditions that are given must hold.',
    fields: [
      ...combinations(types.having),
      fieldSdl('count: IntFilter', 'On the number of records.'),
      ...known.map((each) => fieldSdl(`${each.function}: ${inputOf[each.function]}`, ON[each.function])),
    ],
  });
  return [having, ...memberInputs(known, inputOf, ({ type }) => scalarFilterName(type))];
}

/** The inputs for the fields of each function; functions over the same fields share one. */
function memberInputs(
  known: readonly FunctionMeasures[],
  inputOf: Record<AggregateFunction, string>,
  typeOf: (measure: FunctionMeasures['fields'][number]) => string,
): readonly string[] {
  const inputs = new Map<string, string>();
  for (const each of known) {
    const name = inputOf[each.function];
    const fields = each.fields.map((measure) =>
      fieldSdl(`${measure.measure.field.graphqlName}: ${typeOf(measure)}`),
    );
    inputs.set(name, typeSdl({ kind: 'input', name, fields }));
  }
  return [...inputs.values()];
}
