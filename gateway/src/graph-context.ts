import type { AppName, Caller, GraphRevisionId } from '@rocket/schema';

/** What accompanies one request through Apollo Server to the data sources. */
export interface GraphContext {
  readonly requestId: string;
  /** Who asks, as one app sees him. */
  readonly callerFor: (app: AppName) => Caller;
  readonly graph: GraphRevisionId;
  readonly deadlineAtMs: number;
  /** Headers that subgraphs of a finished supergraph get; shards get none of the caller's headers. */
  readonly forwardedHeaders: Readonly<Record<string, string>>;
}
