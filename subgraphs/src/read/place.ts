/** Places in an operation. */
import { RocketError } from '@rocket/schema';
import { GraphQLError, type GraphQLObjectType, type SelectionSetNode } from 'graphql';
import type { PlanContext, PlanPath } from './plan-context.ts';
import { fieldType, type SelectedField, subselections } from './selection.ts';

/** A place in the operation: object type, the selection sets that apply to it, and the way to it. */
export interface Place {
  readonly type: GraphQLObjectType;
  readonly selectionSets: readonly (SelectionSetNode | undefined)[];
  readonly path: PlanPath;
}

/** The place of a field's value. */
export function placeBelow(place: Place, field: SelectedField): Place {
  return {
    type: fieldType(place.type, field),
    selectionSets: subselections(field),
    path: [...place.path, field.responseKey],
  };
}

/** `__typename` of an object, which is known from the schema before any record is read. */
export function typenameJson(type: GraphQLObjectType): string {
  return JSON.stringify(type.name);
}

/**
 * Errors that name a caller's mistake fail only this field; any other error is our fault and fails the request. Wrong
 * variables are found here by the same code of graphql-js that later reports them to the caller.
 */
export function orFailure<T extends { readonly key: string }>(
  context: PlanContext,
  path: PlanPath,
  plan: () => T,
): T | { readonly key: string; readonly kind: 'constant'; readonly json: string } {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof RocketError || error instanceof GraphQLError)) throw error;
    context.failures.add(path, error);
    return { key: path.at(-1) ?? '', kind: 'constant', json: 'null' };
  }
}
