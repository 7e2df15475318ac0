/**
 * Plans of operations, as `@apollo/query-planner` writes them. They cross the thread as JSON text, and are executed
 * from the parsed objects, which nobody changes.
 */
import { type DocumentNode, type OperationTypeNode, parse } from 'graphql';

export interface QueryPlan {
  /** Undefined for an operation that needs no subgraph. */
  readonly node?: PlanNode;
}

export type PlanNode = SequenceNode | ParallelNode | FetchNode | FlattenNode | ConditionNode;

interface SequenceNode {
  readonly kind: 'Sequence';
  readonly nodes: readonly PlanNode[];
}

interface ParallelNode {
  readonly kind: 'Parallel';
  readonly nodes: readonly PlanNode[];
}

export interface FetchNode {
  readonly kind: 'Fetch';
  readonly serviceName: string;
  readonly variableUsages?: readonly string[];
  /** The fields of each entity that the subgraph needs; only in fetches of entities. */
  readonly requires?: readonly RequiredSelection[];
  readonly operation: string;
  readonly operationName?: string;
  readonly operationKind: OperationTypeNode;
  readonly inputRewrites?: readonly Rewrite[];
  readonly outputRewrites?: readonly Rewrite[];
}

interface FlattenNode {
  readonly kind: 'Flatten';
  readonly path: PlanPath;
  readonly node: PlanNode;
}

interface ConditionNode {
  readonly kind: 'Condition';
  /** Name of the variable. */
  readonly condition: string;
  readonly ifClause?: PlanNode;
  readonly elseClause?: PlanNode;
}

/** Keys of the answer; `@` stands for all elements of a list. */
export type PlanPath = readonly string[];

export type RequiredSelection =
  | {
      readonly kind: 'Field';
      readonly alias?: string;
      readonly name: string;
      readonly selections?: readonly RequiredSelection[];
    }
  | {
      readonly kind: 'InlineFragment';
      readonly typeCondition?: string;
      readonly selections: readonly RequiredSelection[];
    };

/** A change of data on its way into a subgraph or out of it; elements of paths are keys, or `... on Type`. */
export type Rewrite =
  | { readonly kind: 'ValueSetter'; readonly path: readonly string[]; readonly setValueTo: unknown }
  | { readonly kind: 'KeyRenamer'; readonly path: readonly string[]; readonly renameKeyTo: string };

const documents = new WeakMap<FetchNode, DocumentNode>();

/** The parsed operation of a fetch; parsed once per plan. */
export function fetchDocument(fetch: FetchNode): DocumentNode {
  const known = documents.get(fetch);
  if (known !== undefined) return known;
  const document = parse(fetch.operation, { noLocation: true });
  documents.set(fetch, document);
  return document;
}
