import { type AppName, appName, type SubgraphOperation } from '@rocket/schema';
import { type DocumentNode, OperationTypeNode } from 'graphql';
import { OperationCache } from '../documents/operation-cache.ts';
import type { PreparedOperation } from '../documents/prepare-document.ts';
import { selectSameFields } from '../documents/selection-shape.ts';
import { fetchDocument, type PlanNode, type QueryPlan } from '../planning/query-plan.ts';

/** An operation that one subgraph can answer unchanged. */
export interface KnownOperation {
  readonly app: AppName;
  readonly kind: 'read' | 'write';
  readonly operation: SubgraphOperation & { readonly document: DocumentNode };
  readonly asked: PreparedOperation;
}

/**
 * The operations of one graph that were parsed, validated, checked against the limits and planned, and whose plan is a
 * single fetch of all their fields: such an operation can be sent to its subgraph unchanged.
 */
export class KnownOperations {
  /** Null for operations that have to take the long way. */
  readonly #known = new OperationCache<KnownOperation | null>();

  find(source: string, operationName: string | undefined): KnownOperation | null {
    return this.#known.get(source, operationName) ?? null;
  }

  /** Called with each plan that is about to be executed. */
  learn(plan: QueryPlan, asked: PreparedOperation | undefined): void {
    if (asked === undefined) return;
    const { source, operationName } = asked;
    if (this.#known.get(source, operationName) !== undefined) return;
    this.#known.set(source, operationName, asSingleFetch(plan.node, asked));
  }

  /** Called when the subgraph refused the operation unchanged; from then on it takes the long way. */
  forget({ asked }: KnownOperation): void {
    this.#known.set(asked.source, asked.operationName, null);
  }
}

function asSingleFetch(node: PlanNode | undefined, asked: PreparedOperation): KnownOperation | null {
  if (node?.kind !== 'Fetch' || node.requires !== undefined || node.outputRewrites !== undefined) return null;
  // Their answers have to be changed.
  if (asked.keys !== null || asked.introspection.kind !== 'none') return null;
  const { text, document, operation, operationName } = asked;
  // Where the planner asks for more than the caller, such as type names, or for less, such as introspection, they
  // differ.
  if (!selectSameFields(document, fetchDocument(node))) return null;
  return {
    app: appName(node.serviceName),
    kind: operation.operation === OperationTypeNode.MUTATION ? 'write' : 'read',
    operation: { query: text, document, ...(operationName === undefined ? {} : { operationName }) },
    asked,
  };
}
