import type { DocumentNode, GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { GraphContext } from '../graph-context.ts';

/** A fetch of a plan from one subgraph. */
export interface SubgraphFetch {
  readonly query: string;
  /** The query, parsed. */
  readonly document: DocumentNode;
  readonly kind: OperationTypeNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly operationName: string | undefined;
  readonly context: GraphContext;
}

export interface SubgraphResult {
  /** Becomes part of the answer under construction, and is changed there. */
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** One subgraph of a graph, as a source for plans. */
export interface SubgraphSource {
  /** A rejection is reported once for the fetch, without a path. */
  fetch(fetch: SubgraphFetch): Promise<SubgraphResult>;
}
