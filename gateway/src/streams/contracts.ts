/** What the transports of subscriptions need from other parts of the gateway. */
import type { Logger, Metrics } from '@rocket/platform';
import type { ExecutionResult, GraphQLError } from 'graphql';
import type { GraphKey } from '../graphs/graph-key.ts';
import type { GraphqlParameters } from '../http/graphql-request.ts';
import type { PersistedQueries } from '../http/persisted-queries.ts';
import type { Identity } from '../identity/identity.ts';

/** A query or mutation that came over a WebSocket or as a stream of events. */
export interface ExecuteRequest {
  readonly key: GraphKey;
  readonly identity: Identity;
  readonly parameters: GraphqlParameters;
  readonly requestId: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface SubscribeRequest extends ExecuteRequest {
  /** `Last-Event-ID` of a stream of events: goes before the argument `after`. */
  readonly lastEventId: string | null;
}

export interface ChangeMessage {
  readonly result: ExecutionResult;
  readonly cursor: string;
}

export interface Subscriptions {
  /**
   * Refuses by rejecting with a RocketError or {@link SubscriptionRefused}. The iterable ends by throwing a RocketError
   * when the subscription cannot go on.
   */
  subscribe(request: SubscribeRequest): Promise<AsyncIterableIterator<ChangeMessage>>;
}

/** The operation was not begun, because of errors of its document. */
export class SubscriptionRefused extends Error {
  readonly errors: readonly GraphQLError[];

  constructor(errors: readonly GraphQLError[]) {
    super('The operation was refused');
    this.name = 'SubscriptionRefused';
    this.errors = errors;
  }
}

/** An HTTP answer whose body is sent as it comes. */
export interface HttpStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly stream: AsyncIterable<string>;
}

/** What an access token, or its absence, allows for some time. */
export interface StreamSession {
  readonly identity: Identity;
  /** Unix time in ms; null for callers without a token. */
  readonly expiresAtMs: number | null;
  readonly isRevoked: () => boolean;
}

export interface StreamSessions {
  /** @throws RocketError `UNAUTHENTICATED` */
  open(authorization: string | undefined): Promise<StreamSession>;
  /** Calls the listener when something was revoked. Returns the function that ends this. */
  onChange(listener: () => void): () => void;
}

export interface StreamParts {
  readonly subscriptions: Subscriptions;
  readonly execute: (request: ExecuteRequest) => Promise<ExecutionResult>;
  readonly sessions: StreamSessions;
  /** @throws RocketError `APP_NOT_FOUND`, `GRAPH_NOT_FOUND` */
  readonly requireGraph: (key: GraphKey) => void;
  /** @throws RocketError `UNAUTHENTICATED` when tokens like the caller's are not accepted at the graph */
  readonly requireAudience: (identity: Identity, key: GraphKey) => void;
  readonly persistedQueries: PersistedQueries;
  readonly corsOrigins: readonly string[];
  readonly maxBodyBytes: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}
