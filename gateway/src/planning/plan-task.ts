/** A supergraph as it is passed to a thread. */
export interface ThreadGraph {
  readonly id: number;
  readonly supergraphSdl: string;
}

/** Tasks of the planning thread, one at a time, and its answers. */
export type PlanTask =
  | { readonly kind: 'load'; readonly graph: number; readonly supergraphSdl: string }
  | {
      readonly kind: 'plan';
      readonly graph: number;
      readonly source: string;
      readonly operationName: string | undefined;
    };

export type PlanOutcome =
  | { readonly kind: 'loaded'; readonly graph: SupergraphSummary }
  /** The plan as JSON text, from whose length the memory of a kept plan is estimated. */
  | { readonly kind: 'planned'; readonly plan: string }
  /** The operation exceeds the planner's bounds. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly message: string };

/** A message without an answer: the graph is no longer needed. */
export interface DropGraph {
  readonly kind: 'drop';
  readonly graph: number;
}

/** Facts about a supergraph that are needed besides its plans. */
export interface SupergraphSummary {
  /** SDL that callers see, in pieces of whole definitions, so that no single parse takes long. */
  readonly apiSdl: readonly string[];
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  /** Names of the types that each interface and union stands for, including those that callers do not see. */
  readonly subtypes: ReadonlyMap<string, ReadonlySet<string>>;
}
