/** Where an operation of a stream is executed: a graph, or another schema of the gateway. */
import type { ExecutionResult } from 'graphql';
import type { GraphKey } from '../graphs/graph-key.ts';
import type { GraphqlParameters, GraphqlRequest } from '../http/graphql-request.ts';
import type { Identity } from '../identity/identity.ts';
import type { MessageSource } from './stream-operation.ts';
import type { StreamParts } from './stream-parts.ts';

export interface PlacedOperation {
  readonly identity: Identity;
  readonly parameters: GraphqlParameters;
  readonly requestId: string;
  /** Aborts when nobody waits for results any more. */
  readonly signal: AbortSignal;
}

export interface PlacedSubscription extends PlacedOperation {
  readonly lastEventId: string | null;
  /** Equal for subscribers of whom is bounded what waits for all of them together. */
  readonly countedAs: string;
}

export interface OperationPlace {
  /** The request with its text. @throws RocketError when that is not known */
  readonly read: (request: GraphqlRequest) => Promise<GraphqlRequest>;
  readonly execute: (operation: PlacedOperation) => Promise<ExecutionResult>;
  /** @throws RocketError, SubscriptionRefused */
  readonly subscribe: (operation: PlacedSubscription) => Promise<MessageSource>;
}

/** A place that streams of events can be opened at. */
export interface EventStreamPlace extends OperationPlace {
  /** @throws RocketError when the caller may not ask here */
  readonly requireAudience: (identity: Identity) => void;
  readonly maxBodyBytes: number;
}

type GraphParts = Pick<
  StreamParts,
  'subscriptions' | 'execute' | 'persistedQueries' | 'requireAudience' | 'maxBodyBytes'
>;

export function graphPlace(parts: GraphParts, key: GraphKey): EventStreamPlace {
  return {
    read: parts.persistedQueries,
    execute: (operation) => parts.execute({ ...operation, key }),
    subscribe: (operation) => parts.subscriptions.subscribe({ ...operation, key }),
    requireAudience: (identity) => parts.requireAudience(identity, key),
    maxBodyBytes: parts.maxBodyBytes,
  };
}
