import type { AppName, Caller, GraphRevisionId, SubgraphAnswer } from '@rocket/schema';

/** What came of the one fetch of an operation. */
export type FetchOutcome =
  | { readonly kind: 'answered'; readonly app: AppName; readonly answer: SubgraphAnswer }
  | { readonly kind: 'failed'; readonly app: AppName; readonly error: unknown };

/** What accompanies one request through Apollo Server to the data sources. */
export interface GraphContext {
  readonly requestId: string;
  /** Who asks, as one app sees him. */
  readonly callerFor: (app: AppName) => Caller;
  readonly graph: GraphRevisionId;
  readonly deadlineAtMs: number;
  /** Aborts when the caller has gone: reads for them are given up then. */
  readonly signal?: AbortSignal;
  /** Headers that subgraphs of a finished supergraph get; shards get none of the caller's headers. */
  readonly forwardedHeaders: Readonly<Record<string, string>>;
  /** Given when the fast path has made the fetch already: it is to be told, not to be made again. */
  readonly fetched?: FetchOutcome;
}
