/** Plans all root fields of a query. */
import type { OperationDefinitionNode } from 'graphql';
import { orFailure, type Place, placeBelow, typenameJson } from './place.ts';
import type { PlanContext } from './plan-context.ts';
import { type PlannedEntities, planEntities } from './plan-entities.ts';
import { planRoot } from './plan-root.ts';
import type { ReadPlan } from './read-plan.ts';
import { argumentsOf, type SelectedField, selectedFields } from './selection.ts';

/** One response key of the whole answer. */
export type RootField = { readonly key: string } & (
  | { readonly kind: 'constant'; readonly json: string }
  | { readonly kind: 'read'; readonly plan: ReadPlan }
  /** Entities of several types, whose arrays are merged by the requested positions. */
  | ({ readonly kind: 'entities' } & PlannedEntities)
  /** The federation's and GraphQL's own fields, which the executor answers without data. */
  | { readonly kind: 'native' }
);

export function planOperation(
  context: PlanContext,
  operation: OperationDefinitionNode,
): readonly RootField[] {
  const query = context.schema.getQueryType();
  if (query === undefined || query === null) return [];
  const place: Place = { type: query, selectionSets: [operation.selectionSet], path: [] };
  return selectedFields(context.scope, query, place.selectionSets).map((selected) =>
    orFailure(context, [selected.responseKey], () => planRootField(context, place, selected)),
  );
}

const NATIVE: ReadonlySet<string> = new Set(['_service', '__schema', '__type']);

function planRootField(context: PlanContext, place: Place, selected: SelectedField): RootField {
  const key = selected.responseKey;
  if (selected.name === '__typename') return { key, kind: 'constant', json: typenameJson(place.type) };
  if (NATIVE.has(selected.name)) return { key, kind: 'native' };
  const args = argumentsOf(context.scope, place.type, selected);
  if (selected.name === '_entities') {
    return { key, kind: 'entities', ...planEntities(context, args['representations'], selected) };
  }
  const field = context.index.queries.get(selected.name);
  if (field === undefined) throw new TypeError(`There is no query ${selected.name}`);
  const plan = planRoot(context, field, { args, place: placeBelow(place, selected) });
  return plan === null ? { key, kind: 'constant', json: 'null' } : { key, kind: 'read', plan };
}
