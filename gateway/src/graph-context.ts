import type { AppName, Caller, GraphRevisionId, SubgraphAnswer } from '@rocket/schema';
import type { GraphQLError } from 'graphql';
import type { PreparedOperation } from './documents/prepare-document.ts';

/** What came of the one fetch of an operation. */
export type FetchOutcome =
  | { readonly kind: 'answered'; readonly app: AppName; readonly answer: SubgraphAnswer }
  | { readonly kind: 'failed'; readonly app: AppName; readonly error: unknown };

/** What accompanies one request through Apollo Server to the data sources. */
export interface GraphContext {
  readonly requestId: string;
  /** Who asks, as one app sees them. */
  readonly callerFor: (app: AppName) => Caller;
  readonly graph: GraphRevisionId;
  readonly deadlineAtMs: number;
  /** Aborts when the caller has gone: reads for them are given up then. */
  readonly signal?: AbortSignal;
  /** Headers that subgraphs of a finished supergraph get; shards get none of the caller's headers. */
  readonly forwardedHeaders: Readonly<Record<string, string>>;
  /** The operation as the document stage has prepared it; undefined where it was not well-formed. */
  readonly asked?: PreparedOperation;
  /** Why the operation is not to be executed: told in the form of GraphQL over HTTP, whatever the document. */
  readonly refusal?: GraphQLError;
  /** Given when the fast path has made the fetch already: it is to be told, not to be made again. */
  readonly fetched?: FetchOutcome;
}
