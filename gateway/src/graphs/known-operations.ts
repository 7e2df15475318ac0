import type { GatewayConfig } from '@apollo/gateway';
import { type AppName, appName, type SubgraphOperation } from '@rocket/schema';
import { type DocumentNode, OperationTypeNode, parse } from 'graphql';
import { LRUCache } from 'lru-cache';
import { onlyOperation, selectSameFields } from './selection-shape.ts';

/** Source text of the operations that one graph keeps; their documents are mostly those of the document store. */
const MAX_SOURCE_CHARS = 256 * 1024;

type Planned = Parameters<NonNullable<GatewayConfig['experimental_didResolveQueryPlan']>>[0];
type PlanNode = NonNullable<Planned['queryPlan']['node']>;

/** An operation that one subgraph answers as it stands. */
export interface KnownOperation {
  readonly app: AppName;
  readonly kind: 'read' | 'write';
  readonly operation: SubgraphOperation & { readonly document: DocumentNode };
}

/**
 * The operations of one graph that have been parsed, validated, held to the limits and planned, and whose plan is a single
 * fetch of all their fields: such an operation can go to its subgraph word by word.
 */
export class KnownOperations {
  /** By document text, then by the name that was asked for. Null for what has to take the long way. */
  readonly #byText = new LRUCache<string, Map<string | undefined, KnownOperation | null>>({
    maxSize: MAX_SOURCE_CHARS,
    sizeCalculation: (_operations, text) => Math.max(1, text.length),
  });

  find(text: string, operationName: string | undefined): KnownOperation | null {
    return this.#byText.get(text)?.get(operationName) ?? null;
  }

  /** Called with each plan that is about to be executed. */
  learn({ queryPlan, requestContext }: Planned): void {
    const { source, document, request } = requestContext;
    const names = this.#byText.get(source);
    if (names?.has(request.operationName) === true) return;
    const known = asSingleFetch(queryPlan.node, {
      text: source,
      document,
      operationName: request.operationName,
    });
    if (names === undefined) this.#byText.set(source, new Map([[request.operationName, known]]));
    else names.set(request.operationName, known);
  }

  /** The subgraph does not take the operation as it stands: from now on it takes the long way. */
  forget({ operation }: KnownOperation): void {
    this.#byText.get(operation.query)?.set(operation.operationName, null);
  }
}

function asSingleFetch(
  node: PlanNode | undefined,
  {
    text,
    document,
    operationName,
  }: { text: string; document: DocumentNode; operationName: string | undefined },
): KnownOperation | null {
  if (node?.kind !== 'Fetch' || node.requires !== undefined || node.outputRewrites !== undefined) return null;
  const operation = onlyOperation(document);
  // Where the planner asks for more than the caller, such as type names, or for less, such as introspection, they differ.
  if (operation === null || !selectSameFields(document, node.operationDocumentNode ?? parse(node.operation)))
    return null;
  return {
    app: appName(node.serviceName),
    kind: operation.operation === OperationTypeNode.MUTATION ? 'write' : 'read',
    operation: { query: text, document, ...(operationName === undefined ? {} : { operationName }) },
  };
}
