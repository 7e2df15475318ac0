import type { DocumentNode, GraphQLFormattedError, OperationTypeNode } from 'graphql';
import type { GraphContext } from '../graph-context.ts';

/** What a plan asks of one subgraph. */
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
  /** Becomes part of the answer that is being put together, and is changed there. */
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** One subgraph of a graph, as plans ask it. */
export interface SubgraphSource {
  /** A rejection is told once for the fetch, without a path. */
  fetch(fetch: SubgraphFetch): Promise<SubgraphResult>;
}
