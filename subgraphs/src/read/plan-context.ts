/** What planning needs besides the selection, and where it notes what cannot be planned. */
import type { Caller, FilterScope, QueryShape } from '@rocket/schema';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphIndex } from './node-model.ts';
import type { TransitionsPlan } from './read-plan.ts';
import type { OperationScope } from './selection.ts';

export interface PlanContext {
  readonly schema: GraphQLSchema;
  readonly scope: OperationScope;
  readonly index: SubgraphIndex;
  readonly caller: Caller;
  readonly filters: FilterScope;
  readonly failures: Failures;
  /** Where the transitions that the operation asks for are noted. */
  readonly transitions: TransitionsPlan[];
  /** Called with the query shape of each list. */
  readonly onQuery: (shape: QueryShape) => void;
}

/**
 * Response keys from the root to a field, without indexes of lists, because all records of a list are planned as one.
 */
export type PlanPath = readonly string[];

/**
 * Fields that fail before anything is read, because of bad arguments or a missing permission. The field is planned as
 * null; the executor then finds its error here and applies GraphQL's rule: the field, or its nearest nullable parent,
 * is null.
 */
export class Failures {
  readonly #errors = new Map<string, unknown>();
  /** True when a cursor was given somewhere. */
  hasCursor = false;

  get any(): boolean {
    return this.#errors.size > 0;
  }

  add(path: PlanPath, error: unknown): void {
    this.#errors.set(path.join('.'), error);
  }

  at(path: PlanPath): unknown {
    return this.#errors.get(path.join('.'));
  }
}
