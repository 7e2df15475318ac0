import type { AppName, Caller, Epoch, GraphRevisionId, Lsn, Placed, SubgraphAnswer } from '@rocket/schema';
import type { GraphQLError } from 'graphql';
import type { PreparedOperation } from './documents/prepare-document.ts';
import type { FactCollector } from './execution/fact-collector.ts';

/** The outcome of an operation's only fetch. */
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
  /** The operation as the document stage has prepared it; undefined when it was not well-formed. */
  readonly asked?: PreparedOperation;
  /**
   * The error of an operation that must not be executed, reported in the form of GraphQL over HTTP, whatever the
   * document.
   */
  readonly refusal?: GraphQLError;
  /** Set when the fast path has already made the fetch: it is reported and not made again. */
  readonly fetched?: FetchOutcome;
  /** Shards are asked what their answers depend on, and what they have written; it is collected here. */
  readonly facts?: FactCollector;
  /** Position that reads of an app have to see for this caller, beside what is known here; undefined for none. */
  readonly atLeast?: (at: Placed) => Lsn | undefined;
  /** Epoch of the app that this caller knows of; undefined for none. */
  readonly leastEpoch?: (app: AppName) => Epoch | undefined;
}
