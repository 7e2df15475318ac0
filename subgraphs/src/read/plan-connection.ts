import type { NodeModel } from './node-model.ts';
import { connectionPage, type ListOf } from './page-arguments.ts';
import { type Place, placeBelow, typenameJson } from './place.ts';
import type { PlanContext } from './plan-context.ts';
import type { ConnectionField, ConnectionPlan, EdgeField, PageInfoField, RecordPlan } from './read-plan.ts';
import { selectedFields } from './selection.ts';

/**
 * Plans a record of the page; passed in by the caller, because records have connections and connections have records.
 */
type RecordPlanner = (context: PlanContext, node: NodeModel, place: Place) => RecordPlan;
type RecordAt = (place: Place) => RecordPlan;

export function planConnection(
  context: PlanContext,
  node: NodeModel,
  of: ListOf & { readonly place: Place; readonly planRecord: RecordPlanner },
): ConnectionPlan {
  const { page, pageSize } = connectionPage(context, of);
  return {
    page,
    pageSize,
    fields: connectionFields((place) => of.planRecord(context, node, place), context, of.place),
  };
}

function connectionFields(
  recordAt: RecordAt,
  context: PlanContext,
  place: Place,
): readonly ConnectionField[] {
  return selectedFields(context.scope, place.type, place.selectionSets).map((field): ConnectionField => {
    const key = field.responseKey;
    switch (field.name) {
      case '__typename':
        return { key, kind: 'constant', json: typenameJson(place.type) };
      case 'totalCount':
        return { key, kind: 'totalCount' };
      case 'nodes':
        return { key, kind: 'nodes', record: recordAt(placeBelow(place, field)) };
      case 'edges':
        return { key, kind: 'edges', fields: edgeFields(recordAt, context, placeBelow(place, field)) };
      case 'pageInfo':
        return { key, kind: 'pageInfo', fields: pageInfoFields(context, placeBelow(place, field)) };
      default:
        throw new TypeError(`${place.type.name} has no field ${field.name}`);
    }
  });
}

function edgeFields(recordAt: RecordAt, context: PlanContext, place: Place): readonly EdgeField[] {
  return selectedFields(context.scope, place.type, place.selectionSets).map((field): EdgeField => {
    const key = field.responseKey;
    switch (field.name) {
      case '__typename':
        return { key, kind: 'constant', json: typenameJson(place.type) };
      case 'cursor':
        return { key, kind: 'cursor' };
      case 'node':
        return { key, kind: 'node', record: recordAt(placeBelow(place, field)) };
      default:
        throw new TypeError(`${place.type.name} has no field ${field.name}`);
    }
  });
}

function pageInfoFields(context: PlanContext, place: Place): readonly PageInfoField[] {
  return selectedFields(context.scope, place.type, place.selectionSets).map((field): PageInfoField => {
    const key = field.responseKey;
    switch (field.name) {
      case '__typename':
        return { key, kind: 'constant', json: typenameJson(place.type) };
      case 'hasNextPage':
      case 'hasPreviousPage':
      case 'startCursor':
      case 'endCursor':
        return { key, kind: field.name };
      default:
        throw new TypeError(`${place.type.name} has no field ${field.name}`);
    }
  });
}
