/** A supergraph as a thread is given it. */
export interface ThreadGraph {
  readonly id: number;
  readonly supergraphSdl: string;
}

/** What the planning thread is asked, one task at a time, and what it answers. */
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
  /** The plan as JSON text: its length says what it takes to keep it. */
  | { readonly kind: 'planned'; readonly plan: string }
  /** The operation exceeds the planner's bounds. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly message: string };

/** A message without an answer: the graph is no longer needed. */
export interface DropGraph {
  readonly kind: 'drop';
  readonly graph: number;
}

/** What has to be known of a supergraph beside its plans. */
export interface SupergraphSummary {
  /** SDL of what callers see, in pieces that end between definitions, so that no single parse takes long. */
  readonly apiSdl: readonly string[];
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  /** Names of the types that each interface and union stands for, those that callers do not see among them. */
  readonly subtypes: ReadonlyMap<string, ReadonlySet<string>>;
}
