import { type AggregateFunction, type EntityModel, type GroupBy, parseGroupBy } from '@rocket/schema';
import { queryShape } from '../advice/query-shape.ts';
import { rowSource } from './page-arguments.ts';
import { type Place, placeBelow, typenameJson } from './place.ts';
import type { PlanContext } from './plan-context.ts';
import type { AggregateField, AggregatePlan, GroupByPlan, GroupKeyField, RowSource } from './read-plan.ts';
import { type Arguments, selectedFields } from './selection.ts';

const FUNCTIONS: readonly AggregateFunction[] = ['countDistinct', 'sum', 'avg', 'min', 'max'];

export function planAggregate(context: PlanContext, source: RowSource, place: Place): AggregatePlan {
  return { source, fields: aggregateFields(context, place, { entity: source.entity, groupBy: null }) };
}

/** @throws RocketError `BAD_USER_INPUT`, `FORBIDDEN`, `UNAUTHENTICATED` */
export function planGroupBy(
  context: PlanContext,
  of: { entity: EntityModel; args: Arguments; place: Place },
): GroupByPlan {
  const { entity, args, place } = of;
  const { by, having, orderBy, limit } = args;
  const groupBy = parseGroupBy({ by, having, orderBy, limit }, entity);
  const source = rowSource(context, entity, args);
  context.onQuery(queryShape(source, { link: null, order: [] }));
  return { source, groupBy, fields: aggregateFields(context, place, { entity, groupBy }) };
}

function aggregateFields(
  context: PlanContext,
  place: Place,
  of: { entity: EntityModel; groupBy: GroupBy | null },
): readonly AggregateField[] {
  return selectedFields(context.scope, place.type, place.selectionSets).map((selected): AggregateField => {
    const { name, responseKey: key } = selected;
    if (name === '__typename') return { key, kind: 'constant', json: typenameJson(place.type) };
    if (name === 'count') return { key, kind: 'measure', measure: { kind: 'count' } };
    const below = placeBelow(place, selected);
    if (name === 'key' && of.groupBy !== null) {
      return { key, kind: 'groupKeys', fields: groupKeyFields(context, below, of.groupBy) };
    }
    const known = FUNCTIONS.find((candidate) => candidate === name);
    if (known === undefined) throw new TypeError(`${place.type.name} has no field ${name}`);
    return {
      key,
      kind: 'measures',
      function: known,
      fields: measureFields(context, below, { ...of, known }),
    };
  });
}

function measureFields(
  context: PlanContext,
  place: Place,
  of: { entity: EntityModel; known: AggregateFunction },
): readonly AggregateField[] {
  return selectedFields(context.scope, place.type, place.selectionSets).map(({ name, responseKey: key }) => {
    if (name === '__typename') return { key, kind: 'constant', json: typenameJson(place.type) };
    const field = of.entity.fieldByGraphqlName.get(name);
    if (field === undefined) throw new TypeError(`${place.type.name} has no field ${name}`);
    return { key, kind: 'measure', measure: { kind: 'field', function: of.known, field } };
  });
}

/** A field that was not grouped by has no single value, so it is null. */
function groupKeyFields(context: PlanContext, place: Place, groupBy: GroupBy): readonly GroupKeyField[] {
  return selectedFields(context.scope, place.type, place.selectionSets).map(({ name, responseKey: key }) => {
    if (name === '__typename') return { key, kind: 'constant', json: typenameJson(place.type) };
    const groupKey = groupBy.keys.find((candidate) => candidate.field.graphqlName === name);
    return groupKey === undefined
      ? { key, kind: 'constant', json: 'null' }
      : { key, kind: 'groupKey', groupKey };
  });
}
